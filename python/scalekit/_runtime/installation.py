"""Raises an ``ImportError`` if files of ``scalekit-sdk-python`` are mixed with this package.

Both distributions install a package called ``scalekit`` into the same folder. Files of the
distribution that is installed later overwrite the other's files.
"""

from __future__ import annotations

import os.path

import scalekit

_FOLDER = os.path.abspath(next(iter(scalekit.__path__), ""))
# scalekit/__init__.py looks for the same file before it loads anything.
_FOREIGN_FILE = os.path.join(_FOLDER, "v1", "organizations", "organizations_pb2_grpc.py")
_THIS, _OTHER = "scalekit-client", "scalekit-sdk-python"


def _commands(remove: str, keep: str) -> str:
    return f"pip uninstall -y {remove} && pip install --force-reinstall --no-deps {keep}"


if os.path.exists(_FOREIGN_FILE):
    raise ImportError(
        f"{_THIS} and {_OTHER} are both installed in {os.path.dirname(_FOLDER)}. Both contain the package "
        f"'scalekit', and files of one have overwritten files of the other. Keep one of them.\n"
        f"To keep {_THIS}: {_commands(_OTHER, _THIS)}\n"
        f"To keep {_OTHER}: {_commands(_THIS, _OTHER)}\n"
        f"The second command restores files that the first one deletes.",
        name="scalekit",
        path=_FOLDER,
    )
# A package without __init__.py is a namespace package, and its path is not a list.
if not isinstance(scalekit.__path__, list):
    raise ImportError(
        f"files of {_THIS} are missing in {_FOLDER}: {_OTHER} contains files of the same names, which its "
        f"uninstallation deleted.\n"
        f"To restore them: pip install --force-reinstall --no-deps {_THIS}",
        name="scalekit",
        path=_FOLDER,
    )

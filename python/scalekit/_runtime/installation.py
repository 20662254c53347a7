"""Fails to load if files of ``scalekit-sdk-python`` are among those of this package.

Both distributions install a package called ``scalekit`` into the same folder. Files of the
distribution that is installed later overwrite those of the other.
"""

from __future__ import annotations

import os.path

import scalekit

_FOLDER = os.path.abspath(next(iter(scalekit.__path__), ""))
# scalekit/__init__.py looks for this file too, before it loads anything.
_FOREIGN = os.path.join(_FOLDER, "v1", "organizations", "organizations_pb2_grpc.py")
_OWN, _OTHER = "scalekit-client", "scalekit-sdk-python"


def _replace(removed: str, kept: str) -> str:
    return f"pip uninstall -y {removed} && pip install --force-reinstall --no-deps {kept}"


if os.path.exists(_FOREIGN):
    raise ImportError(
        f"{_OWN} and {_OTHER} are both installed in {os.path.dirname(_FOLDER)}. Both contain the package "
        f"'scalekit', and files of one have overwritten files of the other. Keep one of them.\n"
        f"To keep {_OWN}: {_replace(_OTHER, _OWN)}\n"
        f"To keep {_OTHER}: {_replace(_OWN, _OTHER)}\n"
        f"The second command restores files that the first one deletes.",
        name="scalekit",
        path=_FOLDER,
    )
# A package without __init__.py is a namespace package, whose path is not a list.
if not isinstance(scalekit.__path__, list):
    raise ImportError(
        f"files of {_OWN} are missing in {_FOLDER}: {_OTHER} contains files of the same names, which its "
        f"uninstallation deleted.\n"
        f"To restore them: pip install --force-reinstall --no-deps {_OWN}",
        name="scalekit",
        path=_FOLDER,
    )

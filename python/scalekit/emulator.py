"""The emulator as a program: ``python -m scalekit.emulator`` takes the arguments of ``scalekit-emulator``.

The program itself is in the package ``scalekit-emulator``. :mod:`scalekit.testing` starts it from tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

__all__ = ["EmulatorError", "find_binary", "main"]

_PACKAGE = "scalekit-emulator"
_VARIABLE = "SCALEKIT_EMULATOR_BIN"


class EmulatorError(RuntimeError):
    """The emulator is not installed, does not start, or refuses what its admin API is asked."""


def find_binary() -> str:
    """Find the emulator's program.

    It is what the environment variable ``SCALEKIT_EMULATOR_BIN`` names, or else what the package
    ``scalekit-emulator`` put among the scripts of this Python, or else what ``PATH`` has.

    Raises:
        EmulatorError: there is none; the message says what to install.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        # Whoever names one wants that one and no other.
        found = shutil.which(named)
        if found is None:
            raise EmulatorError(f"{_VARIABLE} is {named!r}, which is no program")
        return found
    found = _installed() or shutil.which(_PACKAGE)
    if found is None:
        raise EmulatorError(
            f"the Scalekit emulator is not installed: pip install {_PACKAGE}, "
            f"or set {_VARIABLE} to the path of the program"
        )
    return found


def _installed() -> str | None:
    """Return the program that the package's own list of files names, wherever its installer put scripts."""
    try:
        files = distribution(_PACKAGE).files or []
    except PackageNotFoundError:
        return None
    for file in files:
        if file.name in (_PACKAGE, f"{_PACKAGE}.exe"):
            program = shutil.which(Path(str(file.locate())).resolve())
            if program is not None:
                return str(program)
    return None


def main() -> int:
    """Run the emulator with the arguments of this process, in its place where the system can do that."""
    try:
        command = [find_binary(), *sys.argv[1:]]
    except EmulatorError as error:
        print(f"scalekit.emulator: {error}", file=sys.stderr)
        return 1
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606  no shell is what is wanted
    return subprocess.call(command)  # noqa: S603  the user's own arguments


if __name__ == "__main__":
    sys.exit(main())

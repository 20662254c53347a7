"""Runs the emulator: ``python -m scalekit.emulator`` takes the arguments of ``scalekit-emulator``.

The distribution ``scalekit-emulator`` contains the program. :mod:`scalekit.testing` starts it in
tests.
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
    """The emulator is not installed, does not start, or rejects a request to its admin API."""


def find_binary() -> str:
    """Returns the path of the emulator's program.

    The environment variable ``SCALEKIT_EMULATOR_BIN`` takes precedence. Otherwise it is the script
    of the installed distribution ``scalekit-emulator``, with the program on ``PATH`` as the
    fallback.

    Raises:
        EmulatorError: the program was not found; the message contains the command that installs it.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        # Without a fallback: another program than the configured one would be a surprise.
        program = shutil.which(named)
        if program is None:
            raise EmulatorError(f"{_VARIABLE} must name an executable program, not {named!r}")
        return program
    program = _installed() or shutil.which(_PACKAGE)
    if program is None:
        raise EmulatorError(
            f"the Scalekit emulator is not installed: pip install {_PACKAGE}, "
            f"or set {_VARIABLE} to the path of the program"
        )
    return program


def _installed() -> str | None:
    """Returns the installed script, which the distribution's list of files contains."""
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
    """Runs the emulator with the arguments of this process. On POSIX it replaces the process."""
    try:
        command = [find_binary(), *sys.argv[1:]]
    except EmulatorError as error:
        print(f"scalekit.emulator: {error}", file=sys.stderr)
        return 1
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606  without a shell
    return subprocess.call(command)  # noqa: S603  the user's own arguments


if __name__ == "__main__":
    sys.exit(main())

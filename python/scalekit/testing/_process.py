"""The emulator's process: from its start to the variables that it prints, and its end."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Timer
from typing import IO

from scalekit.emulator import EmulatorError

_VARIABLES = {"SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_CLIENT_ID", "SCALEKIT_CLIENT_SECRET"}
_GRACE_S = 5


class Process:
    """A running emulator; :attr:`environment` is what it printed."""

    environment: dict[str, str]

    def __init__(self, command: list[str], timeout_s: float) -> None:
        """Start it and wait until it listens."""
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop()
        try:
            self._process = subprocess.Popen(  # noqa: S603  the emulator
                command,
                # Its end tells the emulator that whoever started it is gone, however that came about.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                # Ctrl-C is for the tests alone, which may want the emulator until their last clean-up.
                start_new_session=True,
            )
        except OSError as error:
            self._complaints.close()
            raise EmulatorError(f"the emulator cannot be started: {error}") from error
        try:
            self.environment = self._read_environment(timeout_s)
        except BaseException:
            self.stop()
            raise

    def _read_environment(self, timeout_s: float) -> dict[str, str]:
        environment: dict[str, str] = {}
        # A program that says nothing is ended, and with it the reading.
        timer = Timer(timeout_s, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout or ():
                name, _, value = line.decode().strip().removeprefix("export ").partition("=")
                if name in _VARIABLES:
                    environment[name] = value.strip("'\"")
                if len(environment) == len(_VARIABLES):
                    return environment
        finally:
            timer.cancel()
            timer.join()
        self._process.wait()
        said = self._said() or f"it ended, or {timeout_s:g} s went by, before it printed its variables"
        raise EmulatorError(f"the emulator did not start: {said}")

    def _said(self) -> str:
        """Return what an ended process wrote to its standard error, once."""
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace").strip()
        self._complaints.truncate(0)
        return said

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self) -> None:
        """End it, wait for that, and pass on what it complained about."""
        self._process.terminate()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        said = self._said()
        if said:
            print(said, file=sys.stderr)
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

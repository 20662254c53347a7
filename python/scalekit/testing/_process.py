"""The emulator's process, from the start until it is stopped."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Timer
from typing import IO

from scalekit._native import VARIABLES
from scalekit.emulator import EmulatorError

ENV_URL, CLIENT_ID, CLIENT_SECRET = (names[0] for names in VARIABLES)
_VARIABLES = {ENV_URL, CLIENT_ID, CLIENT_SECRET}
_STOP_TIMEOUT_S = 5


class Process:
    """A running emulator. :attr:`environment` contains the variables that it printed."""

    environment: dict[str, str]

    def __init__(self, command: list[str], timeout_s: float) -> None:
        """Starts the emulator and waits until it listens."""
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop()
        try:
            self._process = subprocess.Popen(  # noqa: S603  the emulator
                command,
                # The emulator stops when this pipe is closed, even if this process is killed.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                # Ctrl-C must not stop the emulator before the clean-up of the tests.
                start_new_session=True,
            )
        except OSError as error:
            self._stderr.close()
            raise EmulatorError(f"the emulator cannot be started: {error}") from error
        try:
            self.environment = self._read_environment(timeout_s)
        except BaseException:
            self.stop()
            raise

    def _read_environment(self, timeout_s: float) -> dict[str, str]:
        environment: dict[str, str] = {}
        # Killing the process also ends the loop below, which blocks while the process prints
        # nothing.
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
        reason = self._read_stderr()
        if not reason:
            reason = (
                f"it exited, or was stopped after {timeout_s:g} s, before it printed its variables"
            )
        raise EmulatorError(f"the emulator did not start: {reason}")

    def _read_stderr(self) -> str:
        """Returns the standard error of the ended process and clears it."""
        self._stderr.seek(0)
        text = self._stderr.read().decode(errors="replace").strip()
        self._stderr.truncate(0)
        return text

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self) -> None:
        """Stops the process, waits for its end, and prints its standard error."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        text = self._read_stderr()
        if text:
            print(text, file=sys.stderr)
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

"""The environment variables of the servers, and a function that starts and stops a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scalekit.testing import Emulator

APPS = Path(__file__).parent / "apps"
START_TIMEOUT_S = 60


@pytest.fixture(scope="module")
def environment(emulator: Emulator) -> dict[str, str]:
    """The environment variables of a server: the emulator and an organization in it."""
    with emulator.client() as client:
        created, _ = client.organization.create_organization({"display_name": "Forked Inc"})
    variables = {**emulator.environment, "TEST_ORGANIZATION": created.organization.id}
    return {**os.environ, **variables, "PYTHONPATH": str(APPS)}


class Server:
    """A running server: its process and its log."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, pattern: str) -> str:
        """Waits until the log matches `pattern`, and returns its group."""
        end = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(pattern, self.log()):
                return found[1]
            time.sleep(0.02)
        raise AssertionError(f"no {pattern!r} in the log:\n{self.log()}")


@contextmanager
def serve(environment: dict[str, str], folder: Path, *arguments: str) -> Iterator[Server]:
    """Runs ``python -m`` with these arguments, and stops it afterwards."""
    log = folder / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment,
            cwd=folder,
            stdout=file,
            stderr=file,
        )
    server = Server(process, log)
    try:
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not stop:\n{server.log()}") from None

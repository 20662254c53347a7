"""The emulator, and the files of the conformance plan."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scalekit import ScalekitClient

CONFORMANCE = Path(__file__).resolve().parent.parent / "conformance"
ROOT = CONFORMANCE.parent.parent


@pytest.fixture(scope="session")
def plan() -> list[dict[str, Any]]:
    loaded: dict[str, Any] = json.loads((CONFORMANCE / "operations.json").read_text())
    operations: list[dict[str, Any]] = loaded["operations"]
    return operations


@pytest.fixture(scope="session")
def documented() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((CONFORMANCE / "documented-python.json").read_text())
    return loaded


@dataclass
class Emulator:
    """A running emulator and its admin API."""

    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.environment["SCALEKIT_ENVIRONMENT_URL"]

    def client(self, **options: Any) -> ScalekitClient:
        return ScalekitClient(
            self.url,
            self.environment["SCALEKIT_CLIENT_ID"],
            self.environment["SCALEKIT_CLIENT_SECRET"],
            **options,
        )

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_emulator/{path}",
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text else None


@contextmanager
def running(*options: str) -> Iterator[Emulator]:
    """An emulator of one's own on a free port, which logs in whoever comes."""
    binary = os.environ.get("SCALEKIT_EMULATOR_BIN", str(ROOT / "target/debug/scalekit-emulator"))
    command = [binary, "--port", "0", "--auto-approve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        environment: dict[str, str] = {}
        assert process.stdout is not None
        for line in process.stdout:
            name, found, value = line.strip().removeprefix("export ").partition("=")
            if found and name.startswith("SCALEKIT_"):
                environment[name] = value.strip("'\"")
            if len(environment) == 3:
                break
        try:
            assert len(environment) == 3, "the emulator printed no environment"
            yield Emulator(environment)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """One emulator for the session."""
    with running() as emulator:
        yield emulator

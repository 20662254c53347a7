"""Fixtures for the emulator and the files of the conformance plan."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scalekit.testing import Emulator

CONFORMANCE = Path(__file__).resolve().parent.parent / "conformance"
ROOT = CONFORMANCE.parent.parent
BINARY = Path(os.environ.get("SCALEKIT_EMULATOR_BIN", ROOT / "target/debug/scalekit-emulator"))


@pytest.fixture(scope="session")
def plan() -> list[dict[str, Any]]:
    loaded: dict[str, Any] = json.loads((CONFORMANCE / "operations.json").read_text())
    operations: list[dict[str, Any]] = loaded["operations"]
    return operations


@pytest.fixture(scope="session")
def documented() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((CONFORMANCE / "documented-python.json").read_text())
    return loaded


def running(*arguments: str) -> Emulator:
    """Returns an emulator on a free port that approves all logins automatically."""
    return Emulator(auto_approve=True, arguments=arguments, binary=BINARY)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """An emulator that all tests of the session share."""
    with running() as emulator:
        yield emulator

"""Fixtures for the emulator and the files of the conformance plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import ROOT, running

from scalekit.testing import Emulator


@pytest.fixture(scope="session")
def plan() -> list[dict[str, Any]]:
    text = (ROOT / "tests/conformance/operations.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    operations: list[dict[str, Any]] = loaded["operations"]
    return operations


@pytest.fixture(scope="session")
def documented() -> list[dict[str, Any]]:
    methods = Path(__file__).parent / "documented/methods.json"
    loaded: list[dict[str, Any]] = json.loads(methods.read_text())
    return loaded


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """An emulator that all tests of the session share."""
    with running() as emulator:
        yield emulator

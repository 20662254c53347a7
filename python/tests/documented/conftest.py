"""A lenient emulator with the IDs from the documentation's examples.

It is reset before each example.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import running

from scalekit import ScalekitClient
from scalekit.testing import Emulator

SEED = Path(__file__).with_name("seed.json")


@pytest.fixture(scope="session")
def lenient() -> Iterator[Emulator]:
    with running("--lenient", "--seed", str(SEED)) as emulator:
        yield emulator


@pytest.fixture
def seeded_emulator(lenient: Emulator) -> Emulator:
    lenient.admin("POST", "reset", {})
    return lenient


@pytest.fixture
def scalekit_client(seeded_emulator: Emulator) -> Iterator[ScalekitClient]:
    with seeded_emulator.client() as client:
        yield client

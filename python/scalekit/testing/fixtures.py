"""The fixtures; :mod:`scalekit.testing` says how to switch them on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit.testing._emulator import Emulator


@pytest.fixture(scope="session")
def scalekit_emulator_session() -> Iterator[Emulator]:
    """One emulator for the whole run, which logs in whoever comes.

    Define a fixture of this name in your ``conftest.py`` to start it with other options.
    """
    with Emulator(auto_approve=True) as emulator:
        yield emulator


@pytest.fixture
def scalekit_emulator(scalekit_emulator_session: Emulator) -> Emulator:
    """The emulator, as new for each test."""
    scalekit_emulator_session.reset()
    return scalekit_emulator_session


@pytest.fixture
def scalekit_environment(scalekit_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables that ``ScalekitClient.from_env`` reads, set for the test."""
    variables = scalekit_emulator.environment
    # This one would be read if the other one were missing; it must not lead anywhere else.
    monkeypatch.delenv("SCALEKIT_ENV_URL", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def scalekit_client(scalekit_emulator: Emulator) -> Iterator[ScalekitClient]:
    """A blocking client of the emulator."""
    with scalekit_emulator.client() as client:
        yield client


@pytest.fixture
def scalekit_async_client(scalekit_emulator: Emulator) -> Iterator[AsyncScalekitClient]:
    """A client of the emulator for asyncio."""
    client = scalekit_emulator.async_client()
    yield client
    client.close()

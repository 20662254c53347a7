"""Fixtures for pytest; :mod:`scalekit.testing` describes how to load them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit._native import VARIABLES
from scalekit.testing._emulator import Emulator


@pytest.fixture(scope="session")
def scalekit_emulator_session() -> Iterator[Emulator]:
    """One emulator for the session, which approves all logins automatically.

    To start it with other options, define a fixture of this name in your ``conftest.py``.
    """
    with Emulator(auto_approve=True) as emulator:
        yield emulator


@pytest.fixture
def scalekit_emulator(scalekit_emulator_session: Emulator) -> Emulator:
    """The emulator of the session, reset before each test."""
    scalekit_emulator_session.reset()
    return scalekit_emulator_session


@pytest.fixture
def scalekit_environment(
    scalekit_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment variables of ``ScalekitClient.from_env``, set during the test."""
    variables = scalekit_emulator.environment
    # ``from_env`` reads other variables too. They must not name another environment.
    for names in VARIABLES:
        for name in names:
            monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def scalekit_client(scalekit_emulator: Emulator) -> Iterator[ScalekitClient]:
    """A blocking client of the emulator, closed after the test."""
    with scalekit_emulator.client() as client:
        yield client


@pytest.fixture
def scalekit_async_client(scalekit_emulator: Emulator) -> Iterator[AsyncScalekitClient]:
    """An async client of the emulator, closed after the test."""
    client = scalekit_emulator.async_client()
    yield client
    client.close()

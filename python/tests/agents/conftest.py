"""Fixtures: ``client.actions`` without a network, and an emulator with connected accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from connected_accounts import SEED, script_tools
from programs import BINARY
from recorded_actions import RecordedActions

from scalekit.testing import Emulator


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def recorded(request: pytest.FixtureRequest) -> RecordedActions:
    return RecordedActions(request.param)


@pytest.fixture
def sync() -> RecordedActions:
    return RecordedActions()


@pytest.fixture
def awaited() -> RecordedActions:
    return RecordedActions(is_async=True)


@pytest.fixture(scope="session")
def _accounts() -> Iterator[Emulator]:
    with Emulator(seed=SEED, binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def accounts(_accounts: Emulator) -> Emulator:
    """An emulator with accounts of Ada. A tool of Gmail succeeds, and one of Slack fails."""
    _accounts.admin("POST", "reset", {})
    script_tools(_accounts)
    return _accounts

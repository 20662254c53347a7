"""Fixtures: ``client.actions`` without a network."""

from __future__ import annotations

import pytest
from recorded_actions import RecordedActions


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def recorded(request: pytest.FixtureRequest) -> RecordedActions:
    return RecordedActions(request.param)


@pytest.fixture
def sync() -> RecordedActions:
    return RecordedActions()


@pytest.fixture
def awaited() -> RecordedActions:
    return RecordedActions(is_async=True)

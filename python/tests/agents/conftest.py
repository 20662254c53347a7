"""Fixtures: ``client.actions`` without a network."""

from __future__ import annotations

import pytest
from facades import Facade


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def facade(request: pytest.FixtureRequest) -> Facade:
    return Facade(request.param)


@pytest.fixture
def sync() -> Facade:
    return Facade()


@pytest.fixture
def awaited() -> Facade:
    return Facade(is_async=True)

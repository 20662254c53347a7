"""Fixtures: ``client.actions`` without a network, and an emulator with connected accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from connected_accounts import SEED, script_tools
from programs import BINARY
from recorded_actions import RecordedActions

from scalekit.actions.response import ProxyResponse
from scalekit.testing import Emulator

PROXY_SEED = {
    "connections": [{"id": "conn_1", "key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH"}],
    "accounts": [
        {"identifier": name, "connector": "gmail", "provider": "GMAIL", "connection_id": "conn_1"}
        for name in ("ada", "Zoë 李")
    ],
}


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


@pytest.fixture
def server(emulator: Emulator) -> Emulator:
    """An emulator with two accounts of Gmail, for `request`."""
    emulator.reset()
    emulator.seed(PROXY_SEED)
    return emulator


@pytest.fixture(params=["sync", "async"])
def request_of(
    request: pytest.FixtureRequest, server: Emulator
) -> Iterator[Callable[..., ProxyResponse]]:
    """``client.actions.request`` of a blocking or an async client."""
    if request.param == "sync":
        with server.client() as client:
            yield client.actions.request
        return
    awaited = server.async_client()
    yield lambda *args, **kwargs: asyncio.run(awaited.actions.request(*args, **kwargs))
    awaited.close()

"""Connected accounts that are identified by their id alone, against the emulator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from programs import BINARY

from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.testing import Emulator

CONNECTION = {
    "id": "conn_1000000000000001",
    "key_id": "slack",
    "provider_key": "SLACK",
    "type": "API_KEY",
}
TOOL = {
    "provider": "SLACK",
    "definition": {"name": "slack_send"},
    "metadata": {"response": {"sent": True}},
}
ACCOUNT = {"authorization_details": {"static_auth": {"details": {"api_key": "key"}}}}


@pytest.fixture(scope="module")
def environment() -> Iterator[Emulator]:
    with Emulator(
        seed={"connections": [CONNECTION], "tools": [TOOL]}, binary=BINARY
    ) as environment:
        yield environment


def test_each_method_finds_the_account(environment: Emulator) -> None:
    with environment.client() as client:
        accounts = client.connected_accounts
        account_id = accounts.create_connected_account("slack", "ada", ACCOUNT)[
            0
        ].connected_account.id
        names: dict[str, Any] = {
            "connector": None,
            "identifier": None,
            "connected_account_id": account_id,
        }
        found, _ = accounts.get_connected_account_by_identifier(**names)
        details, _ = accounts.get_connected_account_details_by_identifier(**names)
        assert found.connected_account.identifier == details.connected_account.identifier == "ada"
        change = {"api_config": {"domain": "acme.example"}}
        changed, _ = accounts.update_connected_account(connected_account=change, **names)
        assert changed.connected_account.id == account_id
        executed, _ = client.tools.execute_tool("slack_send", None, connected_account_id=account_id)
        assert executed.data["sent"] is True
        assert accounts.get_magic_link_for_connected_account(**names)[0].link.startswith("http")
        accounts.delete_connected_account(**names)
        with pytest.raises(ScalekitNotFoundException):
            accounts.get_connected_account_by_identifier("slack", "ada")


def test_the_async_client_finds_the_account(environment: Emulator) -> None:
    async def run() -> str:
        async with environment.async_client() as client:
            made, _ = await client.connected_accounts.create_connected_account(
                "slack", "bob", ACCOUNT
            )
            account_id = made.connected_account.id
            found = await client.connected_accounts.get_connected_account_by_identifier(
                None, None, connected_account_id=account_id
            )
            await client.tools.execute_tool("slack_send", None, connected_account_id=account_id)
            await client.connected_accounts.delete_connected_account(
                None, None, connected_account_id=account_id
            )
            return found[0].connected_account.identifier

    assert asyncio.run(run()) == "bob"

"""``client.actions`` against the emulator, blocking and async."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from programs import BINARY

from scalekit.actions import types
from scalekit.common.exceptions import (
    ScalekitNotFoundException,
    ScalekitServerException,
    ScalekitToolException,
    ScalekitToolRateLimitException,
    ScalekitToolUnauthorizedException,
)
from scalekit.testing import Emulator

pytestmark = pytest.mark.protobuf

CONNECTIONS = [
    {"key_id": "slack", "provider_key": "SLACK", "type": "API_KEY"},
    {"key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH"},
]
TOOLS = [
    {
        "provider": "SLACK",
        "definition": {"name": "slack_send"},
        "metadata": {"response": {"sent": True, "count": 2}},
    },
    {"provider": "GMAIL", "definition": {"name": "gmail_list"}},
]


@pytest.fixture(scope="module")
def environment() -> Iterator[Emulator]:
    with Emulator(seed={"connections": CONNECTIONS, "tools": TOOLS}, binary=BINARY) as environment:
        yield environment


class Actions:
    """``client.actions``, blocking or async."""

    def __init__(self, client: Any, is_async: bool) -> None:
        self.actions = client.actions
        self.is_async = is_async
        self.loop = asyncio.new_event_loop() if is_async else None

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        target = self.actions
        for name in method.split("."):
            target = getattr(target, name)
        result = target(*args, **kwargs)
        return self.loop.run_until_complete(result) if self.loop is not None else result


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def actions(request: pytest.FixtureRequest, environment: Emulator) -> Iterator[Actions]:
    environment.admin("POST", "reset", {})
    client: Any = environment.async_client() if request.param else environment.client()
    actions = Actions(client, request.param)
    yield actions
    client.close()
    if actions.loop is not None:
        actions.loop.close()


def test_an_account_with_credentials_executes_tools(actions: Actions) -> None:
    call = actions.call
    created = call("upsert_connected_account", "slack", "ada", credentials={"api_key": "key_1"})
    account = created.connected_account
    assert (account.status, account.connector, account.identifier) == ("ACTIVE", "slack", "ada")
    assert account.id.startswith("ca_")

    changed = call("upsert_connected_account", "slack", "ada", credentials={"api_key": "key_2"})
    assert changed.connected_account.id == account.id
    found = call("get_connected_account", connected_account_id=account.id).connected_account
    assert found.authorization_details == {"static_auth": {"api_key": "key_2"}}
    assert "key_2" not in repr(found)
    details = call("get_connected_account_details", "slack", "ada").connected_account
    assert details.authorization_details is None

    result = call("execute_tool", {"text": "hi"}, "slack_send", "ada", connection_name="slack")
    assert result.data == {"sent": True, "count": 2}
    assert type(result.data["count"]) is int
    assert result.execution_id
    assert call("get_connected_account", "slack", "ada").connected_account.last_used_at is not None

    (row,) = call("list_connected_accounts", connection_names=["slack"]).connected_accounts
    assert (row.id, row.status, row.token_expires_at) == (account.id, "ACTIVE", None)
    assert call("delete_connected_account", connected_account_id=row.id).to_dict() == {}
    with pytest.raises(ScalekitNotFoundException):
        call("get_connected_account", "slack", "ada")


def test_the_config_of_an_account_can_be_emptied(actions: Actions) -> None:
    call = actions.call
    call("create_connected_account", "slack", "ada", None, None, None, {"region": "eu"})
    account = call("get_connected_account", "slack", "ada").connected_account
    assert account.api_config["region"] == "eu"
    call("update_connected_account", "slack", "ada", api_config={})
    account = call("get_connected_account", "slack", "ada").connected_account
    assert "region" not in account.api_config


def test_an_account_of_another_organization_is_not_updated(
    actions: Actions, environment: Emulator
) -> None:
    with environment.client() as client:
        response, _ = client.organization.create_organization({"display_name": "Acme"})
    names = ("upsert_connected_account", "slack", "ada")
    owner = {"organization_id": response.organization.id}
    first = actions.call(*names, credentials={"api_key": "1"}).connected_account
    second = actions.call(*names, credentials={"api_key": "2"}, **owner).connected_account
    assert first.id != second.id
    assert actions.call(*names).connected_account.id == first.id
    found = actions.call(*names, **owner).connected_account
    assert found.id == second.id
    assert found.authorization_details == {"static_auth": {"api_key": "2"}}


def test_an_oauth_account_is_pending_and_has_a_link(actions: Actions) -> None:
    call = actions.call
    account = call("get_or_create_connected_account", "gmail", "ada").connected_account
    assert account.status == "PENDING_AUTH"
    link = call("get_authorization_link", "ada", "gmail", state="s")
    assert link.link.startswith("http")
    assert link.expiry > datetime.now(timezone.utc).replace(tzinfo=None)
    with pytest.raises(ScalekitServerException, match="not active") as caught:
        call("execute_tool", {}, "gmail_list", connected_account_id=account.id)
    assert call("get_authorization_link_for", caught.value).link.startswith("http")


def test_tools_and_connections_are_listed(actions: Actions) -> None:
    page = actions.call("list_tools", tool_name=["slack_send"])
    assert [tool.definition["name"] for tool in page.tools] == ["slack_send"]
    assert page.total_count == 1
    rows = actions.call("list_connections").connections
    assert {row.connection_name for row in rows} >= {"slack", "gmail"}
    assert {row.provider for row in rows} >= {"SLACK", "GMAIL"}


@pytest.mark.parametrize(
    ("code", "kind", "needs_authorization"),
    [
        ("UNAUTHENTICATED", ScalekitToolUnauthorizedException, True),
        ("RESOURCE_EXHAUSTED", ScalekitToolRateLimitException, False),
        ("INTERNAL", ScalekitToolException, False),
    ],
)
def test_a_failed_tool_raises_the_error_of_its_provider(
    code: str, kind: type[Exception], needs_authorization: bool, actions: Actions
) -> None:
    failing = next(
        tool.definition["name"]
        for tool in actions.call("list_tools", page_size=100).tools
        if tool.definition["name"].endswith("fail")
    )
    actions.call("get_or_create_connected_account", "gmail", "ada")
    with pytest.raises(kind) as caught:
        actions.call("execute_tool", {"code": code}, failing, "ada")
    error: Any = caught.value
    assert error.needs_authorization == needs_authorization
    assert error.execution_id


def test_mcp(actions: Actions) -> None:
    call = actions.call
    mapping = types.McpConfigConnectionToolMapping(connection_name="slack", tools=["slack_send"])
    config = call("mcp.create_config", "support", "Support", [mapping]).config
    assert config.connection_tool_mappings[0].tools == ["slack_send"]
    assert call("mcp.get_config", config.id).config == config
    assert [row.id for row in call("list_configs", filter_name="support").configs] == [config.id]
    assert call("mcp.update_config", config.id, "New", [mapping]).config.description == "New"

    token = call("mcp.create_session_token", config.id, "ada", timedelta(minutes=5))
    assert token.token
    assert token.server_url == config.mcp_server_url
    remaining = token.expires_at - datetime.now(timezone.utc).replace(tzinfo=None)
    assert timedelta(minutes=4) < remaining <= timedelta(minutes=5)
    token = call("mcp.create_session_token", identifier="ada", connection_name="slack")
    assert token.server_url.endswith("/mcp/v3/connections/slack")

    instance = call("mcp.ensure_instance", "support", "ada").instance
    assert instance.config.id == config.id
    assert call("mcp.ensure_instance", "support", "ada").instance.id == instance.id
    assert call("get_instance", instance.id).instance == instance
    (state,) = call("get_instance_auth_state", instance.id, True).connections
    assert state.connection_name == "slack"
    (state,) = call("mcp.list_mcp_connected_accounts", config.id, "ada").connected_accounts
    assert (state.connection_name, state.connected_account_status) == ("slack", "PENDING_AUTH")
    assert call("update_instance", instance.id, name="mine").instance.name == "mine"
    assert call("list_instances", filter_user_identifier="ada").total_count == 1
    assert call("delete_instance", instance.id).to_dict() == {}
    assert call("mcp.delete_config", config.id).to_dict() == {}


def test_providers(actions: Actions) -> None:
    call = actions.call
    pattern = types.AuthPattern(
        type="BEARER",
        display_name="Token",
        fields=[types.AuthField(field_name="token", label="Token", input_type="password")],
    )
    request = types.CreateCustomProviderRequest(
        display_name="My API", proxy_url="https://api.example", auth_patterns=[pattern]
    )
    provider = call("providers.create_custom_provider", request).provider
    assert provider.is_custom
    assert provider.auth_patterns[0].to_dict() == pattern.to_dict()
    update = types.UpdateCustomProviderRequest(
        identifier=provider.identifier,
        display_name="Our API",
        proxy_url="https://api.example",
        auth_patterns=provider.auth_patterns,
    )
    assert call("providers.update_custom_provider", update).provider.display_name == "Our API"
    page = call("providers.list_providers", types.ListProvidersRequest(provider_type=1))
    assert [row.display_name for row in page.providers] == ["Our API"]
    delete = types.DeleteCustomProviderRequest(identifier=provider.identifier)
    assert call("providers.delete_custom_provider", delete).to_dict() == {}

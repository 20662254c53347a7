"""The requests of each method: by name, by id, with organization and user."""

from __future__ import annotations

import inspect

import pytest
from recorded_actions import RecordedActions

from scalekit.actions import types
from scalekit.actions.actions import (
    ActionClient,
    ActionMcp,
    ActionProviders,
    AsyncActionClient,
    AsyncActionMcp,
    AsyncActionProviders,
)
from scalekit.common.exceptions import ScalekitArgumentException

pytestmark = pytest.mark.protobuf

ACCOUNTS = "ConnectedAccountService."
BY_NAME = {"connection_name": "gmail", "identifier": "user_1"}
BY_ID = {"connected_account_id": "ca_1"}
OWNER = {"organization_id": "org_1", "user_id": "usr_1"}
SENT_NAME = {"connector": "gmail", "identifier": "user_1"}
SENT_OWNER = {"organizationId": "org_1", "userId": "usr_1"}

ONE_ACCOUNT = {
    "get_authorization_link": (ACCOUNTS + "GetMagicLinkForConnectedAccount", {}),
    "get_connected_account": (ACCOUNTS + "GetConnectedAccountAuth", {}),
    "get_connected_account_details": (ACCOUNTS + "GetConnectedAccountDetails", {}),
    "delete_connected_account": (ACCOUNTS + "DeleteConnectedAccount", {}),
    "update_connected_account": (ACCOUNTS + "UpdateConnectedAccount", {"connectedAccount": {}}),
}


@pytest.mark.parametrize("method", ONE_ACCOUNT)
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (BY_NAME, SENT_NAME),
        (BY_ID, {"id": "ca_1"}),
        ({**BY_NAME, **OWNER}, {**SENT_NAME, **SENT_OWNER}),
        ({**BY_ID, **OWNER}, {"id": "ca_1", **SENT_OWNER}),
    ],
    ids=["name", "id", "name+owner", "id+owner"],
)
def test_an_account_is_identified_by_names_or_by_id(
    method: str, arguments: dict[str, str], expected: dict[str, str], recorded: RecordedActions
) -> None:
    operation, more = ONE_ACCOUNT[method]
    recorded.call(method, **arguments)
    assert recorded.sent() == [[operation, {**expected, **more}]]


@pytest.mark.parametrize("method", [*ONE_ACCOUNT, "get_or_create_connected_account"])
def test_an_incompletely_identified_account_is_rejected(
    method: str, recorded: RecordedActions
) -> None:
    for arguments in ({"connection_name": "gmail", "identifier": ""}, {"identifier": "user_1"}):
        with pytest.raises((ValueError, TypeError), match=r"identifier|connection_name"):
            recorded.call(method, **arguments)
    assert recorded.sent() == []


def test_execute_tool(recorded: RecordedActions) -> None:
    recorded.call("execute_tool", {"q": 1}, "gmail_list", "user_1", None, "ca_1", "gmail", **OWNER)
    recorded.call("execute_tool", tool_name="gmail_list", tool_input={}, **BY_ID)
    recorded.call("execute_tool", tool_name="gmail_list", tool_input=None, **BY_NAME)
    assert recorded.sent() == [
        [
            "ToolService.ExecuteTool",
            {
                "toolName": "gmail_list",
                "identifier": "user_1",
                "params": {"q": 1.0},
                "connectedAccountId": "ca_1",
                "connector": "gmail",
                **SENT_OWNER,
            },
        ],
        ["ToolService.ExecuteTool", {"toolName": "gmail_list", "connectedAccountId": "ca_1"}],
        [
            "ToolService.ExecuteTool",
            {"toolName": "gmail_list", "connector": "gmail", "identifier": "user_1"},
        ],
    ]


def test_execute_tool_requires_a_tool_and_an_account(recorded: RecordedActions) -> None:
    with pytest.raises(ScalekitArgumentException, match="tool_name is required"):
        recorded.call("execute_tool", {"q": 1}, "", "user_1")
    with pytest.raises(ScalekitArgumentException, match="identifier"):
        recorded.call("execute_tool", {"q": 1}, "gmail_list")
    assert recorded.sent() == []


def test_list_tools(recorded: RecordedActions) -> None:
    recorded.call("list_tools")
    recorded.call("list_tools", summary=False, page_size=5, page_token="t")
    recorded.call(
        "list_tools", "gmail", "user_1", "GMAIL", ["a", "b"], "mail", "org_1", "usr_1", "ca_1", True
    )
    recorded.call("list_tools", tool_name="a")
    assert recorded.sent() == [
        ["ToolService.ListTools", {}],
        ["ToolService.ListTools", {"filter": {"summary": False}, "pageSize": 5, "pageToken": "t"}],
        [
            "ToolService.ListTools",
            {
                "filter": {
                    "summary": True,
                    "provider": "GMAIL",
                    "identifier": "user_1",
                    "toolName": ["a", "b"],
                    "query": "mail",
                    "connector": "gmail",
                    "organizationId": "org_1",
                    "userId": "usr_1",
                    "connectedAccountId": "ca_1",
                }
            },
        ],
        ["ToolService.ListTools", {"filter": {"toolName": ["a"]}}],
    ]


def test_authorization(recorded: RecordedActions) -> None:
    recorded.call("get_authorization_link", "user_1", "gmail", None, "state", "https://app.example")
    recorded.call("verify_connected_account_user", "req_1", "user_1")
    assert recorded.sent() == [
        [
            ACCOUNTS + "GetMagicLinkForConnectedAccount",
            {**SENT_NAME, "state": "state", "userVerifyUrl": "https://app.example"},
        ],
        [
            ACCOUNTS + "VerifyConnectedAccountUser",
            {"authRequestId": "req_1", "identifier": "user_1"},
        ],
    ]
    for arguments in (("", "user_1"), ("req_1", "")):
        with pytest.raises(ValueError, match=r"is required|must not be empty"):
            recorded.call("verify_connected_account_user", *arguments)
    assert len(recorded.sent()) == 2


def test_lists_of_accounts_and_connections(recorded: RecordedActions) -> None:
    recorded.call("list_connected_accounts")
    recorded.call(
        "list_connected_accounts", "gmail", "user_1", "GMAIL", ["a"], 5, "t", query="q", **OWNER
    )
    recorded.call("list_connections", 5, "t", "GMAIL")
    assert recorded.sent() == [
        [ACCOUNTS + "ListConnectedAccounts", {}],
        [
            ACCOUNTS + "ListConnectedAccounts",
            {
                **SENT_OWNER,
                **SENT_NAME,
                "provider": "GMAIL",
                "pageSize": 5,
                "pageToken": "t",
                "query": "q",
                "connectionNames": ["a"],
            },
        ],
        [
            "ConnectionService.ListAppConnections",
            {"pageSize": 5, "pageToken": "t", "provider": "GMAIL"},
        ],
    ]


def test_create_and_update(recorded: RecordedActions) -> None:
    details = {"static_auth": {"api_key": "k"}}
    recorded.call(
        "create_connected_account", "gmail", "user_1", details, "org_1", "usr_1", {"a": 1}
    )
    recorded.call("create_connected_account", "gmail", "user_1")
    recorded.call("update_connected_account", **BY_ID, authorization_details=details, api_config={})
    static = {"authorizationDetails": {"staticAuth": {"details": {"api_key": "k"}}}}
    assert recorded.sent() == [
        [
            ACCOUNTS + "CreateConnectedAccount",
            {**SENT_OWNER, **SENT_NAME, "connectedAccount": {**static, "apiConfig": {"a": 1.0}}},
        ],
        [ACCOUNTS + "CreateConnectedAccount", {**SENT_NAME, "connectedAccount": {}}],
        [
            ACCOUNTS + "UpdateConnectedAccount",
            {"id": "ca_1", "connectedAccount": {**static, "apiConfig": {}}},
        ],
    ]


def test_providers(recorded: RecordedActions) -> None:
    pattern = types.AuthPattern(type="BEARER", display_name="Token")
    create = types.CreateCustomProviderRequest(
        display_name="My API",
        proxy_url="https://api.example",
        auth_patterns=[pattern],
        metadata={"team": "a"},
        icon_src="",
    )
    update = types.UpdateCustomProviderRequest(
        identifier="my", display_name="My API", proxy_url="https://api.example", metadata={}
    )
    recorded.call("providers.create_custom_provider", create)
    recorded.call("providers.update_custom_provider", update)
    recorded.call(
        "providers.list_providers", types.ListProvidersRequest(provider_type=2, page_size=5)
    )
    recorded.call(
        "providers.delete_custom_provider", types.DeleteCustomProviderRequest(identifier="my")
    )
    sent = recorded.sent()
    patterns = [{"type": "BEARER", "display_name": "Token", "fields": []}]
    assert sent[0][1]["provider"].pop("authPatterns") == patterns
    sent[0][1]["provider"].pop("metadata", None)
    assert sent == [
        [
            "ProviderService.CreateCustomProvider",
            {
                "provider": {
                    "displayName": "My API",
                    "proxyUrl": "https://api.example",
                    "proxyEnabled": True,
                }
            },
        ],
        [
            "ProviderService.UpdateCustomProvider",
            {
                "identifier": "my",
                "provider": {"displayName": "My API", "proxyUrl": "https://api.example"},
            },
        ],
        ["ProviderService.ListProviders", {"pageSize": 5, "filter": {"providerType": "ALL"}}],
        ["ProviderService.DeleteCustomProvider", {"identifier": "my"}],
    ]
    with pytest.raises(ValueError, match="request must be a DeleteCustomProviderRequest, not str"):
        recorded.call("providers.delete_custom_provider", "my")


def test_objects_without_a_service_client_reject_their_calls() -> None:
    services = RecordedActions().services
    actions = ActionClient(services.tools, services.connected_accounts)
    with pytest.raises(ValueError, match="ActionMcp was created without mcp_client"):
        actions.mcp.list_configs()
    with pytest.raises(ValueError, match="ActionClient was created without mcp_client"):
        actions.list_configs()
    with pytest.raises(ValueError, match="created without providers_client"):
        _ = actions.providers
    with pytest.raises(ValueError, match="created without connection_client"):
        actions.list_connections()
    assert actions.mcp is actions.mcp


@pytest.mark.parametrize(
    ("blocking", "awaitable"),
    [
        (ActionClient, AsyncActionClient),
        (ActionMcp, AsyncActionMcp),
        (ActionProviders, AsyncActionProviders),
    ],
)
def test_both_classes_have_the_same_methods(blocking: type, awaitable: type) -> None:
    plain = {"add_modifier", "remove_modifier", "get_modifiers", "pre_modifier", "post_modifier"}
    names = [name for name, _ in inspect.getmembers(blocking, inspect.isfunction) if name[0] != "_"]
    assert names
    for name in names:
        first, second = getattr(blocking, name), getattr(awaitable, name)
        assert inspect.signature(first) == inspect.signature(second)
        assert first.__doc__ == second.__doc__
        assert first.__doc__
        assert not inspect.iscoroutinefunction(first)
        assert inspect.iscoroutinefunction(second) == (name not in plain)

"""The requests of the methods for MCP, and the tokens for MCP servers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from recorded_actions import RecordedActions

from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.v1.mcp import mcp_pb2

pytestmark = pytest.mark.protobuf

MCP_CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], str, dict[str, Any]]] = [
    ("list_configs", (), {}, "ListMcpConfigs", {}),
    (
        "list_configs",
        (5, "t", "cfg_1", "GMAIL", "support", "https://mcp.example", "text"),
        {},
        "ListMcpConfigs",
        {
            "filter": {
                "id": "cfg_1",
                "name": "support",
                "provider": "GMAIL",
                "mcpServerUrl": "https://mcp.example",
            },
            "search": "text",
            "pageSize": 5,
            "pageToken": "t",
        },
    ),
    ("create_config", ("support",), {}, "CreateMcpConfig", {"config": {"name": "support"}}),
    ("update_config", ("cfg_1", "text"), {}, "UpdateMcpConfig", {"configId": "cfg_1", "description": "text"}),
    ("delete_config", ("cfg_1",), {}, "DeleteMcpConfig", {"configId": "cfg_1"}),
    (
        "ensure_instance",
        ("support", "user_1", "mine"),
        {},
        "EnsureMcpInstance",
        {"name": "mine", "configName": "support", "userIdentifier": "user_1"},
    ),
    ("update_instance", ("ins_1", "mine"), {}, "UpdateMcpInstance", {"instanceId": "ins_1", "name": "mine"}),
    ("get_instance", ("ins_1",), {}, "GetMcpInstance", {"instanceId": "ins_1"}),
    ("delete_instance", ("ins_1",), {}, "DeleteMcpInstance", {"instanceId": "ins_1"}),
    (
        "list_instances",
        (5, "t", "ins_1", "mine", "support", "user_1"),
        {},
        "ListMcpInstances",
        {
            "filter": {
                "id": "ins_1",
                "name": "mine",
                "configName": "support",
                "userIdentifier": "user_1",
            },
            "pageSize": 5,
            "pageToken": "t",
        },
    ),
    (
        "get_instance_auth_state",
        ("ins_1", True),
        {},
        "GetMcpInstanceAuthState",
        {"instanceId": "ins_1", "includeAuthLinks": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "mcp."])
@pytest.mark.parametrize(
    ("method", "arguments", "keywords", "operation", "expected"), MCP_CALLS, ids=lambda value: None
)
def test_mcp_methods_exist_on_both_objects(
    prefix: str,
    method: str,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    operation: str,
    expected: dict[str, Any],
    recorded: RecordedActions,
) -> None:
    recorded.call(prefix + method, *arguments, **keywords)
    assert recorded.sent() == [["McpService." + operation, expected]]


@pytest.mark.parametrize(
    "mapping",
    [
        {"connection_name": "gmail", "tools": ["a"]},
        types.McpConfigConnectionToolMapping(
            connection_name="gmail", tools=["a"], connection_id="conn_1", provider="GMAIL"
        ),
        mcp_pb2.McpConfigConnectionToolMapping(connection_name="gmail", tools=["a"]),
    ],
    ids=["dict", "model", "message"],
)
def test_mappings_are_dicts_models_or_messages(mapping: Any, recorded: RecordedActions) -> None:
    recorded.call("mcp.create_config", "support", None, [mapping])
    sent = [{"connectionName": "gmail", "tools": ["a"]}]
    assert recorded.sent() == [
        [
            "McpService.CreateMcpConfig",
            {"config": {"name": "support", "connectionToolMappings": sent}},
        ]
    ]


def test_unknown_keys_of_mappings_are_rejected(recorded: RecordedActions) -> None:
    with pytest.raises(ValueError, match="has no 'connection'; use 'connection_name'"):
        recorded.call("mcp.create_config", "support", None, [{"connection": "gmail"}])
    assert recorded.sent() == []


def test_mcp_methods_that_only_mcp_has(recorded: RecordedActions) -> None:
    recorded.call("mcp.get_config", "cfg_1")
    recorded.call("mcp.list_mcp_connected_accounts", "cfg_1", "user_1", True)
    assert recorded.sent() == [
        ["McpService.GetMcpConfig", {"configId": "cfg_1"}],
        [
            "McpService.ListMcpConnectedAccounts",
            {"configId": "cfg_1", "identifier": "user_1", "includeAuthLink": True},
        ],
    ]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("create_config", ("",)),
        ("update_config", ("",)),
        ("delete_config", ("",)),
        ("get_config", ("",)),
        ("ensure_instance", ("", "user_1")),
        ("ensure_instance", ("support", "")),
        ("update_instance", ("", "name")),
        ("update_instance", ("ins_1",)),
        ("get_instance", ("",)),
        ("delete_instance", ("",)),
        ("get_instance_auth_state", ("",)),
        ("list_mcp_connected_accounts", ("", "user_1")),
        ("list_mcp_connected_accounts", ("cfg_1", "")),
        ("create_session_token", ()),
        ("create_session_token", ("cfg_1",)),
        ("create_session_token", ("cfg_1", "")),
    ],
)
def test_empty_required_arguments_of_mcp_are_rejected(
    method: str, arguments: tuple[str, ...], recorded: RecordedActions
) -> None:
    with pytest.raises(ValueError, match="is required"):
        recorded.call("mcp." + method, *arguments)
    assert recorded.sent() == []


@pytest.mark.parametrize(
    ("expiry", "sent"),
    [(timedelta(seconds=90.9), "90s"), (60, "60s"), (86400, "86400s"), (61.5, "61s")],
)
def test_a_session_token_of_a_connection_comes_with_its_url(
    expiry: Any, sent: str, recorded: RecordedActions
) -> None:
    recorded.respond(mcp_pb2.CreateMcpSessionTokenResponse(token="jwt"))
    response = recorded.call(
        "mcp.create_session_token",
        identifier="user_1",
        expiry=expiry,
        access_level="READ_ONLY",
        connection_name="my gmail/1",
    )
    assert response.token == "jwt"
    assert response.expires_at is None
    assert response.server_url == "https://acme.scalekit.com/mcp/v3/connections/my%20gmail%2F1"
    request = {
        "identifier": "user_1",
        "expiry": sent,
        "keyId": "my gmail/1",
        "accessLevel": "READ_ONLY",
    }
    assert recorded.sent() == [["McpService.CreateMcpSessionToken", request]]


def test_the_url_of_a_configuration_is_fetched_once(recorded: RecordedActions) -> None:
    config = mcp_pb2.McpConfig(id="cfg_1", name="support", mcp_server_url="https://mcp.example/1")
    token = mcp_pb2.CreateMcpSessionTokenResponse(token="jwt")
    recorded.respond(token, mcp_pb2.GetMcpConfigResponse(config=config), token)
    for _ in range(2):
        response = recorded.call("mcp.create_session_token", "cfg_1", "user_1")
        assert response.server_url == "https://mcp.example/1"
    operations = [operation for operation, _ in recorded.sent()]
    assert operations == [
        "McpService.CreateMcpSessionToken",
        "McpService.GetMcpConfig",
        "McpService.CreateMcpSessionToken",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"expiry": 59}, "expiry must be from 60 seconds to 24 hours"),
        ({"expiry": timedelta(hours=24, seconds=1)}, "expiry must be from 60 seconds to 24 hours"),
        ({"expiry": float("nan")}, "expiry must be from 60 seconds to 24 hours"),
        ({"expiry": "1h"}, "expiry must be a timedelta or a number of seconds, not str"),
        ({"access_level": "full"}, 'access_level must be "FULL" or "READ_ONLY"'),
        ({"connection_name": "gmail"}, "mutually exclusive"),
        ({"connection_name": ""}, "connection_name is required"),
    ],
)
def test_invalid_arguments_of_session_tokens_are_rejected(
    arguments: dict[str, Any], message: str, recorded: RecordedActions
) -> None:
    with pytest.raises(ScalekitArgumentException, match=message):
        recorded.call("mcp.create_session_token", "cfg_1", "user_1", **arguments)
    assert recorded.sent() == []

"""Models that are created from messages of the API, and messages that are created from models."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from scalekit.actions import types
from scalekit.v1.connected_accounts import connected_accounts_pb2 as accounts_pb2
from scalekit.v1.connections import connections_pb2
from scalekit.v1.mcp import mcp_pb2
from scalekit.v1.tools import tools_pb2

pytestmark = pytest.mark.protobuf

TIME = datetime(2026, 8, 21, 10, 30)
STAMP = Timestamp(seconds=int(TIME.replace(tzinfo=timezone.utc).timestamp()))
SECRET = "secret-of-the-account"


def test_account_from_proto() -> None:
    message = accounts_pb2.ConnectedAccount(
        id="ca_1",
        identifier="user_1",
        status=accounts_pb2.ACTIVE,
        authorization_type=accounts_pb2.OAUTH,
        updated_at=STAMP,
        connection_id="conn_1",
        is_org_wide_credential=True,
    )
    message.authorization_details.oauth_token.access_token = SECRET
    message.authorization_details.oauth_token.scopes.append("mail")
    message.api_config.update({"port": 5})
    account = types.ConnectedAccount.from_proto(message)
    assert account.model_dump() == {
        "id": "ca_1",
        "identifier": "user_1",
        "provider": "",
        "status": "ACTIVE",
        "authorization_type": "OAUTH",
        "authorization_details": {
            "oauth_token": {"access_token": SECRET, "refresh_token": "", "scopes": ["mail"]}
        },
        "token_expires_at": None,
        "updated_at": TIME,
        "connector": "",
        "last_used_at": None,
        "api_config": {"port": 5},
        "connection_id": "conn_1",
        "is_org_wide_credential": True,
    }
    response = types.CreateConnectedAccountResponse(connected_account=account)
    assert response.to_dict()["connected_account"]["updated_at"] == TIME
    for shown in (repr(account), str(account), repr(response), f"{response}"):
        assert SECRET not in shown
        assert "authorization_details=<hidden>" in shown


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (None, None),
        ({}, {}),
        ({"static_auth": {"details": {"k": "v", "n": 1}}}, {"static_auth": {"k": "v", "n": 1}}),
        (
            {"google_dwd": {"subject": "a@b.c", "token_expires_at": STAMP}},
            {
                "google_dwd": {
                    "subject": "a@b.c",
                    "access_token": "",
                    "scopes": [],
                    "token_expires_at": TIME,
                }
            },
        ),
        (
            {"trusted_idp": {"db_user": "u"}},
            {
                "trusted_idp": {
                    "db_user": "u",
                    "access_key_id": "",
                    "secret_access_key": "",
                    "session_token": "",
                    "expiry": None,
                }
            },
        ),
    ],
)
def test_each_kind_of_credentials_is_read(details: Any, expected: Any) -> None:
    message = accounts_pb2.ConnectedAccount()
    if details is not None:
        message.authorization_details.SetInParent()
        for kind, values in details.items():
            target = getattr(message.authorization_details, kind)
            target.SetInParent()
            for name, value in values.items():
                if name == "details":
                    target.details.update(value)
                elif isinstance(value, Timestamp):
                    getattr(target, name).CopyFrom(value)
                else:
                    setattr(target, name, value)
    assert types.ConnectedAccount.from_proto(message).authorization_details == expected


def test_rows_from_proto() -> None:
    message = accounts_pb2.ListConnectedAccountsResponse(
        connected_accounts=[accounts_pb2.ConnectedAccountForList(id="ca_1", updated_at=STAMP)],
        total_size=1,
        next_page_token="n",
    )
    page = types.ListConnectedAccountsResponse.from_proto(message)
    assert (page.total_count, page.next_page_token, page.previous_page_token) == (1, "n", None)
    (row,) = page.connected_accounts
    assert (row.id, row.identifier, row.status, row.token_expires_at) == ("ca_1", None, None, None)
    assert row.to_dict()["updated_at"] == "2026-08-21T10:30:00"
    assert types.ListConnectedAccountsResponse.from_proto(
        accounts_pb2.ListConnectedAccountsResponse()
    ) == types.ListConnectedAccountsResponse(connected_accounts=[])


def test_unknown_enum_numbers_become_text() -> None:
    # Field 3, a varint with the value 77: a status that this package does not have.
    message = accounts_pb2.ConnectedAccount.FromString(b"\x18\x4d")
    assert types.ConnectedAccount.from_proto(message).status == "77"


def test_times_that_are_not_set_are_none() -> None:
    link = types.MagicLinkResponse.from_proto(
        accounts_pb2.GetMagicLinkForConnectedAccountResponse(link="https://link.example/" + SECRET)
    )
    assert link.expiry is None
    assert SECRET not in repr(link)
    token = types.CreateMcpSessionTokenResponse.from_proto(
        mcp_pb2.CreateMcpSessionTokenResponse(token=SECRET, expires_at=STAMP)
    )
    assert (token.expires_at, token.server_url) == (TIME, None)
    assert SECRET not in repr(token)
    instance = types.McpInstance.from_proto(mcp_pb2.McpInstance(id="ins_1", url=SECRET))
    assert (instance.last_used_at, instance.updated_at, instance.config) == (None, None, None)
    assert SECRET not in repr(instance)


def test_tools_from_proto() -> None:
    tool = tools_pb2.Tool(id="tool_1", updated_at=STAMP, tags=["a"])
    tool.definition.update({"name": "gmail_list", "max": 5})
    tool.is_default.value = False
    message = tools_pb2.ListToolsResponse(tools=[tool], tool_names=["gmail_list"])
    page = types.ListToolsResponse.from_proto(message)
    assert page.total_count == 0
    assert page.tool_names == ["gmail_list"]
    assert page.tools is not None
    assert page.tools[0].to_dict() == {
        "id": "tool_1",
        "provider": None,
        "definition": {"name": "gmail_list", "max": 5},
        "metadata": None,
        "tags": ["a"],
        "is_default": False,
        "updated_at": "2026-08-21T10:30:00",
    }
    assert types.Tool.from_proto(tools_pb2.Tool()).is_default is None


def test_connections_from_proto() -> None:
    connection = connections_pb2.ListConnection(
        id="conn_1", enabled=True, provider_key="GMAIL", key_id="gmail", created_at=STAMP
    )
    connection.type = connections_pb2.ConnectionType.Value("OAUTH")
    message = connections_pb2.ListAppConnectionsResponse(connections=[connection])
    (row,) = types.ListConnectionsResponse.from_proto(message).connections
    assert (row.provider, row.connection_name, row.type) == ("GMAIL", "gmail", "OAUTH")
    assert (row.status, row.enabled, row.created_at) == (None, True, TIME)


def test_mcp_configurations() -> None:
    mapping = types.McpConfigConnectionToolMapping(
        connection_id="conn_1", connection_name="gmail", tools=["a"]
    )
    config = types.McpConfig(id="cfg_1", name="support", connection_tool_mappings=[mapping])
    message = config.to_proto()
    assert message == mcp_pb2.McpConfig(
        id="cfg_1",
        name="support",
        connection_tool_mappings=[
            mcp_pb2.McpConfigConnectionToolMapping(connection_name="gmail", tools=["a"])
        ],
    )
    again = types.McpConfig.from_proto(message)
    assert again.connection_tool_mappings[0].connection_id is None
    assert again.description is None
    assert types.McpConfig.to_proto_static("support", "text").description == "text"


@pytest.mark.parametrize(
    ("name", "message"),
    [("Create", "CreateConnectedAccount"), ("Update", "UpdateConnectedAccount")],
)
def test_request_models_of_accounts(name: str, message: str) -> None:
    kind = getattr(types, f"{name}ConnectedAccountRequest")
    request = kind(
        connection_name="gmail",
        identifier="user_1",
        authorization_details={"oauth_token": {"access_token": SECRET}},
        api_config={},
    )
    assert SECRET not in repr(request)
    sent = request.to_proto()
    assert type(sent) is getattr(accounts_pb2, message)
    assert sent.authorization_details.oauth_token.access_token == SECRET
    assert sent.HasField("api_config")

"""The models: names, import paths, fields, defaults, and the methods of pydantic."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
from datetime import datetime, timezone
from importlib import import_module
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from scalekit._runtime.model import Model
from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.v1.connected_accounts import connected_accounts_pb2 as accounts_pb2
from scalekit.v1.connections import connections_pb2
from scalekit.v1.mcp import mcp_pb2
from scalekit.v1.tools import tools_pb2

pytestmark = pytest.mark.protobuf

ACCOUNT = (
    "id identifier provider status authorization_type authorization_details token_expires_at "
    "updated_at connector last_used_at api_config"
)
ROW = "identifier provider status authorization_type token_expires_at updated_at connector last_used_at"
PAGES = "total_count next_page_token previous_page_token"
STATE = (
    "connection_id connection_name provider connected_account_id connected_account_status "
    "authentication_link"
)
NEW_ACCOUNT = (
    "connection_name! identifier! authorization_details organization_id user_id api_config"
)
# Module and fields of each class. A field without a default has a "!".
CLASSES = {
    "responses.execute_tool_response": {"ExecuteToolResponse": "data execution_id"},
    "responses.magic_link_response": {"MagicLinkResponse": "link expiry"},
    "responses.verify_connected_account_user_response": {
        "VerifyConnectedAccountUserResponse": "post_user_verify_redirect_url"
    },
    "responses.list_connected_accounts_response": {
        "ListConnectedAccountsResponse": f"connected_accounts {PAGES}",
        "ConnectedAccountForList": f"{ROW} id connection_id is_org_wide_credential",
    },
    "responses.get_connected_account_auth_response": {
        "ConnectedAccount": f"{ACCOUNT} connection_id is_org_wide_credential",
        "GetConnectedAccountAuthResponse": "connected_account",
        "GetConnectedAccountDetailsResponse": "connected_account",
    },
    "responses.create_connected_account_response": {
        "CreateConnectedAccountResponse": "connected_account"
    },
    "responses.update_connected_account_response": {
        "UpdateConnectedAccountResponse": "connected_account"
    },
    "responses.delete_connected_account_response": {"DeleteConnectedAccountResponse": ""},
    "responses.delete_mcp_config_response": {"DeleteMcpConfigResponse": ""},
    "responses.delete_mcp_instance_response": {"DeleteMcpInstanceResponse": ""},
    "responses.delete_custom_provider_response": {"DeleteCustomProviderResponse": ""},
    "responses.list_tools_response": {
        "ListToolsResponse": f"tools tool_names {PAGES}",
        "Tool": "id provider definition metadata tags is_default updated_at",
    },
    "responses.create_mcp_config_response": {"CreateMcpConfigResponse": "config"},
    "responses.update_mcp_config_response": {"UpdateMcpConfigResponse": "config"},
    "responses.get_mcp_config_response": {"GetMcpConfigResponse": "config"},
    "responses.list_mcp_configs_response": {"ListMcpConfigsResponse": f"configs {PAGES}"},
    "responses.ensure_mcp_instance_response": {"EnsureMcpInstanceResponse": "instance"},
    "responses.get_mcp_instance_response": {"GetMcpInstanceResponse": "instance"},
    "responses.update_mcp_instance_response": {"UpdateMcpInstanceResponse": "instance"},
    "responses.list_mcp_instances_response": {"ListMcpInstancesResponse": f"instances {PAGES}"},
    "responses.get_mcp_instance_auth_state_response": {
        "GetMcpInstanceAuthStateResponse": "connections"
    },
    "responses.list_mcp_connected_accounts_response": {
        "ListMcpConnectedAccountsResponse": "connected_accounts"
    },
    "responses.create_mcp_session_token_response": {
        "CreateMcpSessionTokenResponse": "token expires_at server_url"
    },
    "responses.create_custom_provider_response": {"CreateCustomProviderResponse": "provider"},
    "responses.update_custom_provider_response": {"UpdateCustomProviderResponse": "provider"},
    "responses.list_providers_response": {
        "ListProvidersResponse": "providers next_page_token total_size"
    },
    "responses.list_connections_response": {
        "ListConnectionsResponse": f"connections {PAGES}",
        "AppConnection": "id type status enabled provider connection_name created_at",
    },
    "responses.create_mcp_response": {"CreateMcpResponse": "id! identifier! url! tool_mappings!"},
    "responses.get_mcp_response": {
        "GetMcpResponse": "mcp_id connected_account_identifier tool_mappings url"
    },
    "requests.create_connected_account_request": {"CreateConnectedAccountRequest": NEW_ACCOUNT},
    "requests.update_connected_account_request": {
        "UpdateConnectedAccountRequest": f"{NEW_ACCOUNT} connected_account_id"
    },
    "requests.tool_request": {"ToolRequest": "tool_version! tool_name! identifier!"},
    "requests.mcp_request": {"McpRequest": "identifier! tool_mappings!"},
    "requests.create_custom_provider_request": {
        "CreateCustomProviderRequest": (
            "display_name! proxy_url! proxy_enabled description auth_patterns icon_src metadata"
        )
    },
    "requests.update_custom_provider_request": {
        "UpdateCustomProviderRequest": (
            "identifier! display_name! proxy_url! description auth_patterns icon_src metadata"
        )
    },
    "requests.list_providers_request": {
        "ListProvidersRequest": "provider_type page_size page_token identifier"
    },
    "requests.delete_custom_provider_request": {"DeleteCustomProviderRequest": "identifier!"},
    "tool_mapping": {"ToolMapping": "tool_names! connection_name! status"},
    "mcp_config": {
        "McpConfigConnectionToolMapping": (
            "connection_id connection_name provider tools connected_account_id "
            "connected_account_status"
        ),
        "McpConfig": "id name! description connection_tool_mappings mcp_server_url",
    },
    "mcp_instance": {
        "McpInstance": "id name user_identifier config last_used_at updated_at url",
        "McpInstanceConnectionAuthState": STATE,
    },
    "mcp_connection_auth_state": {"McpConnectionAuthState": STATE},
    "custom_provider": {
        "AuthFieldOption": "value display_name description default",
        "AuthField": (
            "field_name! label input_type hint required options is_path_param header_name"
        ),
        "OAuthConfig": "pkce_enabled",
        "AuthPattern": (
            "type! display_name! description fields account_fields is_mcp oauth_config "
            "auth_header_key_override allowed_proxy_domains"
        ),
        "Provider": (
            "identifier display_name description proxy_url icon_src proxy_enabled metadata "
            "is_custom is_custom_mcp auth_patterns"
        ),
    },
}
ROWS = [
    (module, name, fields.split())
    for module, classes in CLASSES.items()
    for name, fields in classes.items()
]
# The defaults that are not None.
DEFAULTS: dict[str, dict[str, Any]] = {
    "ListConnectedAccountsResponse": {"connected_accounts": []},
    "ListConnectionsResponse": {"connections": []},
    "ListProvidersResponse": {"providers": [], "next_page_token": "", "total_size": 0},
    "Tool": {"tags": []},
    "McpConfigConnectionToolMapping": {"tools": []},
    "McpConfig": {"connection_tool_mappings": []},
    "CreateCustomProviderRequest": {
        "proxy_enabled": True, "description": "", "auth_patterns": [], "icon_src": "", "metadata": {},
    },
    "AuthFieldOption": {"value": "", "display_name": "", "description": "", "default": False},
    "AuthField": {
        "label": "", "input_type": "text", "hint": "", "required": False, "options": [],
        "is_path_param": False, "header_name": "",
    },
    "OAuthConfig": {"pkce_enabled": True},
    "AuthPattern": {
        "description": "", "fields": [], "account_fields": [], "is_mcp": False,
        "auth_header_key_override": "", "allowed_proxy_domains": [],
    },
    "Provider": {
        "identifier": "", "display_name": "", "description": "", "proxy_url": "", "icon_src": "",
        "proxy_enabled": False, "metadata": {}, "is_custom": False, "is_custom_mcp": False,
        "auth_patterns": [],
    },
}  # fmt: skip
TIME = datetime(2026, 8, 21, 10, 30)
STAMP = Timestamp(seconds=int(TIME.replace(tzinfo=timezone.utc).timestamp()))
SECRET = "secret-of-the-account"


@pytest.mark.parametrize(("module", "name", "fields"), ROWS, ids=lambda value: str(value))
def test_each_class_has_its_module_fields_and_defaults(
    module: str, name: str, fields: list[str]
) -> None:
    kind = getattr(import_module(f"scalekit.actions.models.{module}"), name)
    assert kind is getattr(types, name)
    required = {field[:-1] for field in fields if field.endswith("!")}
    assert set(kind.model_fields) == {field.rstrip("!") for field in fields}
    assert {field for field, info in kind.model_fields.items() if info.required} == required
    defaults = {field.rstrip("!"): None for field in fields if not field.endswith("!")}
    found = {
        field: info.make_default() for field, info in kind.model_fields.items() if not info.required
    }
    assert found == {**defaults, **DEFAULTS.get(name, {})}


def test_the_types_module_has_all_models() -> None:
    listed = {name for _, name, _ in ROWS} | {"ToolInput", "ToolOutput"}
    assert set(types.__all__) == listed
    assert listed <= set(dir(types))
    assert len(listed) == 55
    assert types.ToolInput == dict[str, Any]
    with pytest.raises(AttributeError, match="has no attribute 'NoModel'"):
        _ = types.NoModel  # type: ignore[attr-defined]


def test_pages_accept_both_names() -> None:
    page = types.ListToolsResponse(total_count=5, previous_page_token="p")
    # Type checkers know only the names of the fields.
    same = types.ListToolsResponse(total_size=5, prev_page_token="p")  # type: ignore[call-arg]
    assert page == same
    assert getattr(page, "total_size") == 5  # noqa: B009
    assert page.model_dump()["total_count"] == 5
    assert page.model_dump(by_alias=True)["total_size"] == 5
    assert page.model_dump(by_alias=True)["prev_page_token"] == "p"


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


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tool_version": "1.x"}, "must have digits between dots"),
        ({"tool_version": " "}, "tool_version must not be empty"),
        ({"tool_name": "a b"}, "must contain only letters"),
        ({"identifier": "a@b.c"}, "must contain only letters"),
        ({"identifier": "a" * 256}, "at most 255"),
    ],
)
def test_tool_requests_are_checked(values: dict[str, str], message: str) -> None:
    valid = {"tool_version": " 1.0 ", "tool_name": "gmail_list", "identifier": "user_1"}
    assert types.ToolRequest(**valid).tool_version == "1.0"
    with pytest.raises(ScalekitArgumentException, match=message):
        types.ToolRequest(**{**valid, **values})


def test_assignments_are_checked() -> None:
    response = types.ExecuteToolResponse(data={"a": 1})
    response.data = None
    response.data = {"b": [1]}
    with pytest.raises(ValueError, match=r"ExecuteToolResponse\.data must be a dict, not list"):
        response.data = []  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="has no 'dat'; use 'data'"):
        response.dat = {}  # type: ignore[attr-defined]
    assert response.data == {"b": [1]}
    tool = types.Tool()
    for name, value in (("tags", "a"), ("tags", [1]), ("is_default", 1), ("updated_at", "x")):
        with pytest.raises(ScalekitArgumentException, match=rf"Tool\.{name}"):
            setattr(tool, name, value)
    with pytest.raises(ScalekitArgumentException, match="must be an int, not bool"):
        types.ListProvidersRequest(page_size=True)


def test_constructors_reject_unknown_and_missing_names() -> None:
    with pytest.raises(ScalekitArgumentException, match="McpConfig has no 'nme'; use 'name'"):
        types.McpConfig(nme="a")  # type: ignore[call-arg]
    with pytest.raises(ScalekitArgumentException, match=r"McpConfig\.name is required"):
        types.McpConfig()  # type: ignore[call-arg]
    assert not hasattr(types.MagicLinkResponse(), "url")


def test_models_are_created_from_dicts_and_json() -> None:
    page = types.ListMcpInstancesResponse(
        instances=[
            types.McpInstance(id="ins_1", config=types.McpConfig(name="a"), updated_at=TIME)
        ],
        total_count=1,
    )
    kind = types.ListMcpInstancesResponse
    assert kind.model_validate(page) is page
    assert kind.model_validate(page.model_dump()) == page
    assert kind.model_validate(page.model_dump(by_alias=True)) == page
    assert kind.model_validate_json(page.model_dump_json()) == page
    assert kind.model_validate({**page.model_dump(), "new_field": 1}) == page
    assert json.loads(page.model_dump_json(indent=2)) == page.to_dict()
    assert json.loads(page.model_dump_json(exclude_none=True, by_alias=True)) == {
        "instances": [
            {
                "id": "ins_1",
                "config": {"name": "a", "connection_tool_mappings": []},
                "updated_at": "2026-08-21T10:30:00",
            }
        ],
        "total_size": 1,
    }
    for invalid in ("text", None, 5):
        with pytest.raises(ScalekitArgumentException, match="must be created from a dict"):
            kind.model_validate(invalid)
    with pytest.raises(
        ScalekitArgumentException, match="must be created from valid JSON"
    ) as caught:
        kind.model_validate_json("{" + SECRET)
    assert caught.value.__context__ is None


def test_dumps_can_be_limited() -> None:
    response = types.ExecuteToolResponse(data={"a": None})
    assert response.model_dump(include={"data"}) == {"data": {"a": None}}
    assert response.model_dump(exclude=["data"]) == {"execution_id": None}
    assert response.model_dump(exclude_none=True) == {"data": {"a": None}}
    assert types.Tool(id="a").model_dump(exclude_defaults=True) == {"id": "a"}


def test_models_are_compared_copied_and_pickled() -> None:
    response = types.ExecuteToolResponse(data={"a": [1]}, execution_id="exe_1")
    assert response == types.ExecuteToolResponse(data={"a": [1]}, execution_id="exe_1")
    assert response != types.ExecuteToolResponse(data={"a": [2]}, execution_id="exe_1")
    assert types.DeleteMcpConfigResponse() == types.DeleteMcpConfigResponse()
    assert types.DeleteMcpConfigResponse() != types.DeleteMcpInstanceResponse()
    assert types.DeleteMcpConfigResponse().to_dict() == {}
    assert repr(response) == "ExecuteToolResponse(data={'a': [1]}, execution_id='exe_1')"
    with pytest.raises(TypeError, match="unhashable"):
        hash(response)
    for same in (
        copy.copy(response),
        copy.deepcopy(response),
        pickle.loads(pickle.dumps(response)),
    ):
        assert same == response
    changed = response.model_copy(update={"data": {"b": 1}})
    assert (changed.data, response.data) == ({"b": 1}, {"a": [1]})
    deep = response.model_copy(deep=True)
    assert deep.data is not response.data
    with pytest.raises(ScalekitArgumentException, match="must be a dict"):
        response.model_copy(update={"data": 5})


def test_lists_of_defaults_are_not_shared() -> None:
    types.Tool().tags.append("a")
    assert types.Tool().tags == []


def test_each_field_of_a_response_exists_in_its_message() -> None:
    # Only these fields are computed, or belong to requests.
    computed = {("CreateMcpSessionTokenResponse", "server_url")}
    modules = (accounts_pb2, mcp_pb2, tools_pb2, connections_pb2)
    messages = {
        "CreateConnectedAccountResponse": accounts_pb2.CreateConnectedAccountResponse,
        "GetConnectedAccountAuthResponse": accounts_pb2.GetConnectedAccountByIdentifierResponse,
        "GetConnectedAccountDetailsResponse": accounts_pb2.GetConnectedAccountByIdentifierResponse,
        "MagicLinkResponse": accounts_pb2.GetMagicLinkForConnectedAccountResponse,
        "AppConnection": connections_pb2.ListConnection,
        "ListConnectionsResponse": connections_pb2.ListAppConnectionsResponse,
    }
    checked = 0
    for module, name, _ in ROWS:
        message = messages.get(name) or next(
            (getattr(pb2, name) for pb2 in modules if hasattr(pb2, name)), None
        )
        if message is None or module.startswith("requests"):
            continue
        for field, info in getattr(types, name).model_fields.items():
            if (name, field) not in computed:
                assert (info.source or field) in message.DESCRIPTOR.fields_by_name, (name, field)
                checked += 1
    assert checked > 90


def test_all_models_have_documentation() -> None:
    for _, name, _ in ROWS:
        kind = getattr(types, name)
        assert issubclass(kind, Model)
        assert inspect.getdoc(kind) not in (None, inspect.getdoc(Model))

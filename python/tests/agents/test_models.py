"""The models: names, import paths, fields and defaults."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

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

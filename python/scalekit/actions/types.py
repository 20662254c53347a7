"""All models of ``client.actions``. They are loaded lazily, when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalekit.actions.models.custom_provider import AuthField as AuthField
    from scalekit.actions.models.custom_provider import AuthFieldOption as AuthFieldOption
    from scalekit.actions.models.custom_provider import AuthPattern as AuthPattern
    from scalekit.actions.models.custom_provider import OAuthConfig as OAuthConfig
    from scalekit.actions.models.custom_provider import Provider as Provider
    from scalekit.actions.models.mcp_config import McpConfig as McpConfig
    from scalekit.actions.models.mcp_config import (
        McpConfigConnectionToolMapping as McpConfigConnectionToolMapping,
    )
    from scalekit.actions.models.mcp_connection_auth_state import (
        McpConnectionAuthState as McpConnectionAuthState,
    )
    from scalekit.actions.models.mcp_instance import McpInstance as McpInstance
    from scalekit.actions.models.mcp_instance import (
        McpInstanceConnectionAuthState as McpInstanceConnectionAuthState,
    )
    from scalekit.actions.models.requests.create_connected_account_request import (
        CreateConnectedAccountRequest as CreateConnectedAccountRequest,
    )
    from scalekit.actions.models.requests.create_custom_provider_request import (
        CreateCustomProviderRequest as CreateCustomProviderRequest,
    )
    from scalekit.actions.models.requests.delete_custom_provider_request import (
        DeleteCustomProviderRequest as DeleteCustomProviderRequest,
    )
    from scalekit.actions.models.requests.list_providers_request import (
        ListProvidersRequest as ListProvidersRequest,
    )
    from scalekit.actions.models.requests.mcp_request import McpRequest as McpRequest
    from scalekit.actions.models.requests.tool_request import ToolRequest as ToolRequest
    from scalekit.actions.models.requests.update_connected_account_request import (
        UpdateConnectedAccountRequest as UpdateConnectedAccountRequest,
    )
    from scalekit.actions.models.requests.update_custom_provider_request import (
        UpdateCustomProviderRequest as UpdateCustomProviderRequest,
    )
    from scalekit.actions.models.responses.create_connected_account_response import (
        CreateConnectedAccountResponse as CreateConnectedAccountResponse,
    )
    from scalekit.actions.models.responses.create_custom_provider_response import (
        CreateCustomProviderResponse as CreateCustomProviderResponse,
    )
    from scalekit.actions.models.responses.create_mcp_config_response import (
        CreateMcpConfigResponse as CreateMcpConfigResponse,
    )
    from scalekit.actions.models.responses.create_mcp_response import (
        CreateMcpResponse as CreateMcpResponse,
    )
    from scalekit.actions.models.responses.create_mcp_session_token_response import (
        CreateMcpSessionTokenResponse as CreateMcpSessionTokenResponse,
    )
    from scalekit.actions.models.responses.delete_connected_account_response import (
        DeleteConnectedAccountResponse as DeleteConnectedAccountResponse,
    )
    from scalekit.actions.models.responses.delete_custom_provider_response import (
        DeleteCustomProviderResponse as DeleteCustomProviderResponse,
    )
    from scalekit.actions.models.responses.delete_mcp_config_response import (
        DeleteMcpConfigResponse as DeleteMcpConfigResponse,
    )
    from scalekit.actions.models.responses.delete_mcp_instance_response import (
        DeleteMcpInstanceResponse as DeleteMcpInstanceResponse,
    )
    from scalekit.actions.models.responses.ensure_mcp_instance_response import (
        EnsureMcpInstanceResponse as EnsureMcpInstanceResponse,
    )
    from scalekit.actions.models.responses.execute_tool_response import (
        ExecuteToolResponse as ExecuteToolResponse,
    )
    from scalekit.actions.models.responses.get_connected_account_auth_response import (
        ConnectedAccount as ConnectedAccount,
    )
    from scalekit.actions.models.responses.get_connected_account_auth_response import (
        GetConnectedAccountAuthResponse as GetConnectedAccountAuthResponse,
    )
    from scalekit.actions.models.responses.get_connected_account_auth_response import (
        GetConnectedAccountDetailsResponse as GetConnectedAccountDetailsResponse,
    )
    from scalekit.actions.models.responses.get_mcp_config_response import (
        GetMcpConfigResponse as GetMcpConfigResponse,
    )
    from scalekit.actions.models.responses.get_mcp_instance_auth_state_response import (
        GetMcpInstanceAuthStateResponse as GetMcpInstanceAuthStateResponse,
    )
    from scalekit.actions.models.responses.get_mcp_instance_response import (
        GetMcpInstanceResponse as GetMcpInstanceResponse,
    )
    from scalekit.actions.models.responses.get_mcp_response import GetMcpResponse as GetMcpResponse
    from scalekit.actions.models.responses.list_connected_accounts_response import (
        ConnectedAccountForList as ConnectedAccountForList,
    )
    from scalekit.actions.models.responses.list_connected_accounts_response import (
        ListConnectedAccountsResponse as ListConnectedAccountsResponse,
    )
    from scalekit.actions.models.responses.list_connections_response import (
        AppConnection as AppConnection,
    )
    from scalekit.actions.models.responses.list_connections_response import (
        ListConnectionsResponse as ListConnectionsResponse,
    )
    from scalekit.actions.models.responses.list_mcp_configs_response import (
        ListMcpConfigsResponse as ListMcpConfigsResponse,
    )
    from scalekit.actions.models.responses.list_mcp_connected_accounts_response import (
        ListMcpConnectedAccountsResponse as ListMcpConnectedAccountsResponse,
    )
    from scalekit.actions.models.responses.list_mcp_instances_response import (
        ListMcpInstancesResponse as ListMcpInstancesResponse,
    )
    from scalekit.actions.models.responses.list_providers_response import (
        ListProvidersResponse as ListProvidersResponse,
    )
    from scalekit.actions.models.responses.list_tools_response import (
        ListToolsResponse as ListToolsResponse,
    )
    from scalekit.actions.models.responses.list_tools_response import Tool as Tool
    from scalekit.actions.models.responses.magic_link_response import (
        MagicLinkResponse as MagicLinkResponse,
    )
    from scalekit.actions.models.responses.update_connected_account_response import (
        UpdateConnectedAccountResponse as UpdateConnectedAccountResponse,
    )
    from scalekit.actions.models.responses.update_custom_provider_response import (
        UpdateCustomProviderResponse as UpdateCustomProviderResponse,
    )
    from scalekit.actions.models.responses.update_mcp_config_response import (
        UpdateMcpConfigResponse as UpdateMcpConfigResponse,
    )
    from scalekit.actions.models.responses.update_mcp_instance_response import (
        UpdateMcpInstanceResponse as UpdateMcpInstanceResponse,
    )
    from scalekit.actions.models.responses.verify_connected_account_user_response import (
        VerifyConnectedAccountUserResponse as VerifyConnectedAccountUserResponse,
    )
    from scalekit.actions.models.tool_input_output import ToolInput as ToolInput
    from scalekit.actions.models.tool_input_output import ToolOutput as ToolOutput
    from scalekit.actions.models.tool_mapping import ToolMapping as ToolMapping

_MODULES = {
    "AppConnection": "models.responses.list_connections_response",
    "AuthField": "models.custom_provider",
    "AuthFieldOption": "models.custom_provider",
    "AuthPattern": "models.custom_provider",
    "ConnectedAccount": "models.responses.get_connected_account_auth_response",
    "ConnectedAccountForList": "models.responses.list_connected_accounts_response",
    "CreateConnectedAccountRequest": "models.requests.create_connected_account_request",
    "CreateConnectedAccountResponse": "models.responses.create_connected_account_response",
    "CreateCustomProviderRequest": "models.requests.create_custom_provider_request",
    "CreateCustomProviderResponse": "models.responses.create_custom_provider_response",
    "CreateMcpConfigResponse": "models.responses.create_mcp_config_response",
    "CreateMcpResponse": "models.responses.create_mcp_response",
    "CreateMcpSessionTokenResponse": "models.responses.create_mcp_session_token_response",
    "DeleteConnectedAccountResponse": "models.responses.delete_connected_account_response",
    "DeleteCustomProviderRequest": "models.requests.delete_custom_provider_request",
    "DeleteCustomProviderResponse": "models.responses.delete_custom_provider_response",
    "DeleteMcpConfigResponse": "models.responses.delete_mcp_config_response",
    "DeleteMcpInstanceResponse": "models.responses.delete_mcp_instance_response",
    "EnsureMcpInstanceResponse": "models.responses.ensure_mcp_instance_response",
    "ExecuteToolResponse": "models.responses.execute_tool_response",
    "GetConnectedAccountAuthResponse": "models.responses.get_connected_account_auth_response",
    "GetConnectedAccountDetailsResponse": "models.responses.get_connected_account_auth_response",
    "GetMcpConfigResponse": "models.responses.get_mcp_config_response",
    "GetMcpInstanceAuthStateResponse": "models.responses.get_mcp_instance_auth_state_response",
    "GetMcpInstanceResponse": "models.responses.get_mcp_instance_response",
    "GetMcpResponse": "models.responses.get_mcp_response",
    "ListConnectedAccountsResponse": "models.responses.list_connected_accounts_response",
    "ListConnectionsResponse": "models.responses.list_connections_response",
    "ListMcpConfigsResponse": "models.responses.list_mcp_configs_response",
    "ListMcpConnectedAccountsResponse": "models.responses.list_mcp_connected_accounts_response",
    "ListMcpInstancesResponse": "models.responses.list_mcp_instances_response",
    "ListProvidersRequest": "models.requests.list_providers_request",
    "ListProvidersResponse": "models.responses.list_providers_response",
    "ListToolsResponse": "models.responses.list_tools_response",
    "MagicLinkResponse": "models.responses.magic_link_response",
    "McpConfig": "models.mcp_config",
    "McpConfigConnectionToolMapping": "models.mcp_config",
    "McpConnectionAuthState": "models.mcp_connection_auth_state",
    "McpInstance": "models.mcp_instance",
    "McpInstanceConnectionAuthState": "models.mcp_instance",
    "McpRequest": "models.requests.mcp_request",
    "OAuthConfig": "models.custom_provider",
    "Provider": "models.custom_provider",
    "Tool": "models.responses.list_tools_response",
    "ToolInput": "models.tool_input_output",
    "ToolMapping": "models.tool_mapping",
    "ToolOutput": "models.tool_input_output",
    "ToolRequest": "models.requests.tool_request",
    "UpdateConnectedAccountRequest": "models.requests.update_connected_account_request",
    "UpdateConnectedAccountResponse": "models.responses.update_connected_account_response",
    "UpdateCustomProviderRequest": "models.requests.update_custom_provider_request",
    "UpdateCustomProviderResponse": "models.responses.update_custom_provider_response",
    "UpdateMcpConfigResponse": "models.responses.update_mcp_config_response",
    "UpdateMcpInstanceResponse": "models.responses.update_mcp_instance_response",
    "VerifyConnectedAccountUserResponse": "models.responses.verify_connected_account_user_response",
}

__all__ = [
    "AppConnection",
    "AuthField",
    "AuthFieldOption",
    "AuthPattern",
    "ConnectedAccount",
    "ConnectedAccountForList",
    "CreateConnectedAccountRequest",
    "CreateConnectedAccountResponse",
    "CreateCustomProviderRequest",
    "CreateCustomProviderResponse",
    "CreateMcpConfigResponse",
    "CreateMcpResponse",
    "CreateMcpSessionTokenResponse",
    "DeleteConnectedAccountResponse",
    "DeleteCustomProviderRequest",
    "DeleteCustomProviderResponse",
    "DeleteMcpConfigResponse",
    "DeleteMcpInstanceResponse",
    "EnsureMcpInstanceResponse",
    "ExecuteToolResponse",
    "GetConnectedAccountAuthResponse",
    "GetConnectedAccountDetailsResponse",
    "GetMcpConfigResponse",
    "GetMcpInstanceAuthStateResponse",
    "GetMcpInstanceResponse",
    "GetMcpResponse",
    "ListConnectedAccountsResponse",
    "ListConnectionsResponse",
    "ListMcpConfigsResponse",
    "ListMcpConnectedAccountsResponse",
    "ListMcpInstancesResponse",
    "ListProvidersRequest",
    "ListProvidersResponse",
    "ListToolsResponse",
    "MagicLinkResponse",
    "McpConfig",
    "McpConfigConnectionToolMapping",
    "McpConnectionAuthState",
    "McpInstance",
    "McpInstanceConnectionAuthState",
    "McpRequest",
    "OAuthConfig",
    "Provider",
    "Tool",
    "ToolInput",
    "ToolMapping",
    "ToolOutput",
    "ToolRequest",
    "UpdateConnectedAccountRequest",
    "UpdateConnectedAccountResponse",
    "UpdateCustomProviderRequest",
    "UpdateCustomProviderResponse",
    "UpdateMcpConfigResponse",
    "UpdateMcpInstanceResponse",
    "VerifyConnectedAccountUserResponse",
]


# Hidden from type checkers: they read the names from the imports above and reject other names.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads a model when it is first used."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"scalekit.actions.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Includes the names that are not loaded yet."""
    return sorted({*globals(), *_MODULES})

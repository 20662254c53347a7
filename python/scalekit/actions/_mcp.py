"""``client.actions.mcp``: MCP servers and their tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from scalekit._runtime.checks import required
from scalekit._runtime.generator_methods import Async, Blocking, Steps, method
from scalekit.actions import types
from scalekit.actions._mcp_configs import McpConfigMethods
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitServerException

if TYPE_CHECKING:
    from scalekit.mcp import AsyncMcpClient, McpClient

_ACCESS_LEVELS = ("FULL", "READ_ONLY")
_EXPIRY = (timedelta(seconds=60), timedelta(hours=24))


class McpMethods(McpConfigMethods):
    """All methods of ``client.actions.mcp``."""

    @method
    def get_config(self, config_id: str) -> Steps[types.GetMcpConfigResponse]:
        """Returns an MCP configuration."""
        message, _ = yield self._service.get_mcp_config(config_id=config_id)
        return types.GetMcpConfigResponse.from_proto(message)

    @method
    def list_mcp_connected_accounts(
        self, config_id: str, identifier: str, include_auth_link: bool | None = None
    ) -> Steps[types.ListMcpConnectedAccountsResponse]:
        """Lists the connected accounts of a user for the connections of an MCP configuration.

        Args:
            config_id: the id of the configuration.
            identifier: your identifier of the user.
            include_auth_link: whether to create a link for each connection, with which the user
                authorizes it. Links expire after one minute.
        """
        message, _ = yield self._service.list_mcp_connected_accounts(
            config_id=config_id, identifier=identifier, include_auth_link=include_auth_link
        )
        return types.ListMcpConnectedAccountsResponse.from_proto(message)

    @method
    def create_session_token(
        self,
        mcp_config_id: str | None = None,
        identifier: str | None = None,
        expiry: timedelta | float | None = None,
        access_level: str | None = None,
        *,
        connection_name: str | None = None,
    ) -> Steps[types.CreateMcpSessionTokenResponse]:
        """Creates a token that gives a user access to an MCP server for a limited time.

        Send it to ``server_url`` of the response as a bearer token. For a configuration, the URL
        needs a second request: the first token of a configuration fetches it.

        Args:
            mcp_config_id: the id of the MCP configuration.
            identifier: your identifier of the user, at most 255 characters. Required.
            expiry: lifetime of the token, as ``timedelta`` or in seconds: 60 seconds to 24 hours;
                default one hour. Fractions of a second are cut off.
            access_level: ``"FULL"`` (default) or ``"READ_ONLY"``.
            connection_name: the name of a connection, instead of a configuration.
        """
        if connection_name is not None:
            required(connection_name=connection_name)
        if mcp_config_id and connection_name:
            raise ScalekitArgumentException(
                "mcp_config_id and connection_name are mutually exclusive"
            )
        if not mcp_config_id and not connection_name:
            raise ScalekitArgumentException("mcp_config_id or connection_name is required")
        required(identifier=identifier)
        if access_level is not None and access_level not in _ACCESS_LEVELS:
            raise ScalekitArgumentException(
                f'access_level must be "FULL" or "READ_ONLY", not {access_level!r}'
            )
        message, _ = yield self._service.create_session_token(
            mcp_config_id=mcp_config_id or None,
            identifier=identifier,
            expiry=_lifetime(expiry),
            access_level=access_level,
            connection_name=connection_name,
        )
        response = types.CreateMcpSessionTokenResponse.from_proto(message)
        if connection_name:
            env_url = self._service.core_client.env_url
            path = quote(connection_name, safe="")
            response.server_url = f"{env_url}/mcp/v3/connections/{path}"
        elif mcp_config_id:
            response.server_url = yield from self._server_url(mcp_config_id)
        return response

    _server_urls: dict[str, str]

    def _server_url(self, config_id: str) -> Steps[str | None]:
        """Returns the URL of a configuration, which never changes."""
        if config_id not in self._server_urls:
            try:
                message, _ = yield self._service.get_mcp_config(config_id=config_id)
            except ScalekitServerException:
                # The token is valid without the URL.
                return None
            if not message.config.mcp_server_url:
                return None
            self._server_urls[config_id] = message.config.mcp_server_url
        return self._server_urls[config_id]


class ActionMcp(McpMethods, Blocking):
    """``client.actions.mcp``: MCP servers for agents."""

    def __init__(self, mcp_client: McpClient | None) -> None:
        """Uses the service client `mcp_client`."""
        self._mcp_client = mcp_client
        self._server_urls = {}


class AsyncActionMcp(McpMethods, Async):
    """``client.actions.mcp`` for asyncio."""

    def __init__(self, mcp_client: AsyncMcpClient | None) -> None:
        """Uses the service client `mcp_client`."""
        self._mcp_client = mcp_client
        self._server_urls = {}


def _lifetime(expiry: timedelta | float | None) -> timedelta | None:
    if expiry is None:
        return None
    if isinstance(expiry, (int, float)) and not isinstance(expiry, bool):
        if not abs(expiry) < 1e9:
            raise ScalekitArgumentException("expiry must be from 60 seconds to 24 hours")
        expiry = timedelta(seconds=expiry)
    if not isinstance(expiry, timedelta):
        raise ScalekitArgumentException(
            f"expiry must be a timedelta or a number of seconds, not {type(expiry).__name__}"
        )
    if not _EXPIRY[0] <= expiry <= _EXPIRY[1]:
        raise ScalekitArgumentException(f"expiry must be from 60 seconds to 24 hours, not {expiry}")
    return timedelta(seconds=expiry // timedelta(seconds=1))

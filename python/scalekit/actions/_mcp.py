"""Methods for MCP configurations, their instances and tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scalekit._runtime import validate
from scalekit._runtime.facade import Async, Blocking, Steps, method
from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitServerException

if TYPE_CHECKING:
    from scalekit.mcp import AsyncMcpClient, McpClient

_ACCESS_LEVELS = ("FULL", "READ_ONLY")
_EXPIRY = (timedelta(seconds=60), timedelta(hours=24))


class McpConfigMethods:
    """Methods for MCP configurations and their instances."""

    _mcp_client: Any

    @property
    def _service(self) -> Any:
        if self._mcp_client is None:
            raise ScalekitArgumentException(f"{type(self).__name__} was created without mcp_client")
        return self._mcp_client

    @method
    def list_configs(
        self,
        page_size: int | None = None,
        page_token: str | None = None,
        filter_id: str | None = None,
        filter_provider: str | None = None,
        filter_name: str | None = None,
        filter_mcp_server_url: str | None = None,
        search: str | None = None,
    ) -> Steps[types.ListMcpConfigsResponse]:
        """Lists the MCP configurations that match all given filters, page by page.

        Args:
            page_size: number of configurations per page, at most 30; default 10.
            page_token: the ``next_page_token`` of the previous page.
            filter_id: only the configuration with this id.
            filter_provider: only configurations with tools of this provider.
            filter_name: only configurations with this name.
            filter_mcp_server_url: only the configuration with this URL.
            search: only configurations that contain this text.
        """
        message, _ = yield self._service.list_configs(
            page_size=page_size,
            page_token=page_token,
            filter_id=filter_id,
            filter_provider=filter_provider,
            filter_name=filter_name,
            filter_mcp_server_url=filter_mcp_server_url,
            search=search,
        )
        return types.ListMcpConfigsResponse.from_proto(message)

    @method
    def create_config(
        self,
        name: str,
        description: str | None = None,
        connection_tool_mappings: Sequence[types.McpConfigConnectionToolMapping | Mapping[str, Any]]
        | None = None,
    ) -> Steps[types.CreateMcpConfigResponse]:
        """Creates an MCP configuration: connections and tools, served at one URL.

        Args:
            name: letters, digits, ``_`` and ``-``, at most 100 characters.
            description: a description.
            connection_tool_mappings: at most 25 connections with their tools. Without `tools`, a
                connection has all its tools.
        """
        from scalekit.v1.mcp import mcp_pb2

        _required(name=name)
        validate.optional_text(name=name, description=description)
        config = mcp_pb2.McpConfig(
            name=name,
            description=description or "",
            connection_tool_mappings=_mappings(connection_tool_mappings or ()),
        )
        message, _ = yield self._service.create_config(mcp_config=config)
        return types.CreateMcpConfigResponse.from_proto(message)

    @method
    def update_config(
        self,
        config_id: str,
        description: str | None = None,
        connection_tool_mappings: Sequence[types.McpConfigConnectionToolMapping | Mapping[str, Any]]
        | None = None,
    ) -> Steps[types.UpdateMcpConfigResponse]:
        """Updates an MCP configuration.

        Args:
            config_id: the id of the configuration.
            description: the new description.
            connection_tool_mappings: the new connections and tools, which replace all old ones. The
                API does not distinguish an empty list from ``None``.
        """
        mappings = connection_tool_mappings
        message, _ = yield self._service.update_config(
            config_id=config_id,
            description=description,
            connection_tool_mappings=None if mappings is None else _mappings(mappings),
        )
        return types.UpdateMcpConfigResponse.from_proto(message)

    @method
    def delete_config(self, config_id: str) -> Steps[types.DeleteMcpConfigResponse]:
        """Deletes an MCP configuration. Its URL stops working at once."""
        message, _ = yield self._service.delete_config(config_id=config_id)
        return types.DeleteMcpConfigResponse.from_proto(message)

    @method
    def ensure_instance(
        self, config_name: str, user_identifier: str, name: str | None = None
    ) -> Steps[types.EnsureMcpInstanceResponse]:
        """Returns the instance that a user has of an MCP configuration. Creates it if necessary.

        Args:
            config_name: the name of the configuration.
            user_identifier: your identifier of the user.
            name: a name of the instance.
        """
        message, _ = yield self._service.ensure_instance(
            name=name, config_name=config_name, user_identifier=user_identifier
        )
        return types.EnsureMcpInstanceResponse.from_proto(message)

    @method
    def update_instance(
        self, instance_id: str, name: str | None = None, config_name: str | None = None
    ) -> Steps[types.UpdateMcpInstanceResponse]:
        """Renames an MCP instance, or moves it to another configuration.

        Args:
            instance_id: the id of the instance.
            name: the new name.
            config_name: the name of the new configuration.
        """
        _required(instance_id=instance_id)
        if not name and not config_name:
            raise ScalekitArgumentException("name or config_name is required")
        message, _ = yield self._service.update_instance(
            instance_id=instance_id, name=name, config_name=config_name
        )
        return types.UpdateMcpInstanceResponse.from_proto(message)

    @method
    def get_instance(self, instance_id: str) -> Steps[types.GetMcpInstanceResponse]:
        """Returns an MCP instance."""
        message, _ = yield self._service.get_instance(instance_id=instance_id)
        return types.GetMcpInstanceResponse.from_proto(message)

    @method
    def list_instances(
        self,
        page_size: int | None = None,
        page_token: str | None = None,
        filter_id: str | None = None,
        filter_name: str | None = None,
        filter_config_name: str | None = None,
        filter_user_identifier: str | None = None,
    ) -> Steps[types.ListMcpInstancesResponse]:
        """Lists the MCP instances that match all given filters, page by page.

        Args:
            page_size: number of instances per page, at most 30; default 10.
            page_token: the ``next_page_token`` of the previous page.
            filter_id: only the instance with this id.
            filter_name: only instances with this name.
            filter_config_name: only instances of the configuration with this name.
            filter_user_identifier: only instances of this user.
        """
        message, _ = yield self._service.list_instances(
            page_size=page_size,
            page_token=page_token,
            filter_id=filter_id,
            filter_name=filter_name,
            filter_config_name=filter_config_name,
            filter_user_identifier=filter_user_identifier,
        )
        return types.ListMcpInstancesResponse.from_proto(message)

    @method
    def delete_instance(self, instance_id: str) -> Steps[types.DeleteMcpInstanceResponse]:
        """Deletes an MCP instance. Its URL stops working."""
        message, _ = yield self._service.delete_instance(instance_id=instance_id)
        return types.DeleteMcpInstanceResponse.from_proto(message)

    @method
    def get_instance_auth_state(
        self, instance_id: str, include_auth_links: bool | None = None
    ) -> Steps[types.GetMcpInstanceAuthStateResponse]:
        """Returns the authorization state of each connection of an MCP instance.

        Args:
            instance_id: the id of the instance.
            include_auth_links: whether to create a link for each connection, with which the user
                authorizes it.
        """
        message, _ = yield self._service.get_instance_auth_state(
            instance_id=instance_id, include_auth_links=include_auth_links
        )
        return types.GetMcpInstanceAuthStateResponse.from_proto(message)


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
            _required(connection_name=connection_name)
        if mcp_config_id and connection_name:
            raise ScalekitArgumentException(
                "mcp_config_id and connection_name are mutually exclusive"
            )
        if not mcp_config_id and not connection_name:
            raise ScalekitArgumentException("mcp_config_id or connection_name is required")
        _required(identifier=identifier)
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


def _required(**arguments: str | None) -> None:
    for name, value in arguments.items():
        if not value:
            raise ScalekitArgumentException(f"{name} is required")


def _mappings(
    mappings: Sequence[types.McpConfigConnectionToolMapping | Mapping[str, Any]],
) -> list[Any]:
    """Returns the mappings as messages. The service accepts only connection and tools."""
    kind = types.McpConfigConnectionToolMapping
    result: list[Any] = []
    for mapping in mappings:
        if isinstance(mapping, Mapping):
            mapping = kind(**mapping)
        result.append(mapping.to_proto() if isinstance(mapping, kind) else mapping)
    return result


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

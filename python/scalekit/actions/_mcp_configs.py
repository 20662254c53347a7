"""Methods for MCP configurations and their instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scalekit._runtime import validate
from scalekit._runtime.checks import required
from scalekit._runtime.generator_methods import Steps, method
from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException


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

        required(name=name)
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
        required(instance_id=instance_id)
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

"""MCP configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalekit._runtime.model import Model, field

if TYPE_CHECKING:
    from scalekit.v1.mcp import mcp_pb2 as pb


class McpConfigConnectionToolMapping(Model):
    """The tools of a connection that an MCP server has."""

    connection_id: str | None = None
    connection_name: str | None = None
    provider: str | None = None
    tools: list[str] = field(default_factory=list)
    """The names of the tools. An empty list stands for all tools of the connection."""
    connected_account_id: str | None = None
    connected_account_status: str | None = None

    def to_proto(self) -> pb.McpConfigConnectionToolMapping:
        """Returns a message with the fields that the service accepts: the connection and tools."""
        from scalekit.v1.mcp import mcp_pb2

        return mcp_pb2.McpConfigConnectionToolMapping(
            connection_name=self.connection_name or "", tools=self.tools
        )


class McpConfig(Model):
    """An MCP configuration: connections and tools, served at one URL."""

    id: str | None = None
    name: str
    description: str | None = None
    connection_tool_mappings: list[McpConfigConnectionToolMapping] = field(default_factory=list)
    mcp_server_url: str | None = None

    def to_proto(self) -> pb.McpConfig:
        """Returns the message, without the URL of the server."""
        message = self.to_proto_static(self.name, self.description, self.connection_tool_mappings)
        if self.id:
            message.id = self.id
        return message

    @staticmethod
    def to_proto_static(
        name: str,
        description: str | None = None,
        connection_tool_mappings: list[McpConfigConnectionToolMapping] | None = None,
    ) -> pb.McpConfig:
        """Returns the message of a new configuration."""
        from scalekit.v1.mcp import mcp_pb2

        return mcp_pb2.McpConfig(
            name=name,
            description=description or "",
            connection_tool_mappings=[
                mapping.to_proto() for mapping in connection_tool_mappings or []
            ],
        )

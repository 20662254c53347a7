"""The authorization of an MCP instance."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.mcp_instance import McpInstanceConnectionAuthState


class GetMcpInstanceAuthStateResponse(Model):
    """The authorization state of each connection of an MCP instance."""

    connections: list[McpInstanceConnectionAuthState] | None = None

"""An MCP instance."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.mcp_instance import McpInstance


class GetMcpInstanceResponse(Model):
    """An MCP instance."""

    instance: McpInstance | None = None

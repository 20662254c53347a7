"""An MCP configuration."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.mcp_config import McpConfig


class GetMcpConfigResponse(Model):
    """An MCP configuration."""

    config: McpConfig | None = None

"""The updated MCP configuration."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.mcp_config import McpConfig


class UpdateMcpConfigResponse(Model):
    """The updated MCP configuration."""

    config: McpConfig | None = None

"""The created MCP configuration."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.mcp_config import McpConfig


class CreateMcpConfigResponse(Model):
    """The created MCP configuration."""

    config: McpConfig | None = None

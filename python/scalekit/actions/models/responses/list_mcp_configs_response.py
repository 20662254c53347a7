"""A page of MCP configurations."""

from __future__ import annotations

from scalekit._runtime.model import Model, field
from scalekit.actions.models.mcp_config import McpConfig


class ListMcpConfigsResponse(Model):
    """A page of MCP configurations."""

    configs: list[McpConfig] | None = None
    total_count: int | None = field(default=None, wire="total_size")
    next_page_token: str | None = None
    """The token of the next page, ``None`` on the last page."""
    previous_page_token: str | None = field(default=None, wire="prev_page_token")

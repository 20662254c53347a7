"""A page of MCP instances."""

from __future__ import annotations

from scalekit._runtime.model import Model, field
from scalekit.actions.models.mcp_instance import McpInstance


class ListMcpInstancesResponse(Model):
    """A page of MCP instances."""

    instances: list[McpInstance] | None = None
    total_count: int | None = field(default=None, wire="total_size")
    next_page_token: str | None = None
    """The token of the next page, ``None`` on the last page."""
    previous_page_token: str | None = field(default=None, wire="prev_page_token")

"""The response for a deleted MCP configuration."""

from __future__ import annotations

from scalekit._runtime.model import Model


class DeleteMcpConfigResponse(Model):
    """The response for a deleted MCP configuration. It has no fields."""

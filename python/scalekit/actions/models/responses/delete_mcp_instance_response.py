"""The response for a deleted MCP instance."""

from __future__ import annotations

from scalekit._runtime.model import Model


class DeleteMcpInstanceResponse(Model):
    """The response for a deleted MCP instance. It has no fields."""

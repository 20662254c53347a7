"""A token for an MCP server."""

from __future__ import annotations

from datetime import datetime

from scalekit._runtime.model import Model, field


class CreateMcpSessionTokenResponse(Model):
    """A token that gives a user access to an MCP server for a limited time."""

    token: str | None = field(default=None, secret=True)
    """The bearer token."""
    expires_at: datetime | None = None
    """The time when the token expires, in UTC."""
    server_url: str | None = None
    """The URL of the MCP server, if it is known."""

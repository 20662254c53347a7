"""The authorization of a connection."""

from __future__ import annotations

from scalekit._runtime.model import Model, field


class McpConnectionAuthState(Model):
    """The authorization of a connection of an MCP configuration for one user."""

    connection_id: str | None = None
    connection_name: str | None = None
    provider: str | None = None
    connected_account_id: str | None = None
    """``None`` if the user has no account yet."""
    connected_account_status: str | None = None
    authentication_link: str | None = field(default=None, secret=True)

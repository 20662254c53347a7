"""MCP instances."""

from __future__ import annotations

from datetime import datetime

from scalekit._runtime.model import Model, field
from scalekit.actions.models.mcp_config import McpConfig


class McpInstanceConnectionAuthState(Model):
    """The authorization of a connection of an MCP instance."""

    connection_id: str | None = None
    connection_name: str | None = None
    provider: str | None = None
    connected_account_id: str | None = None
    connected_account_status: str | None = None
    authentication_link: str | None = field(default=None, secret=True)


class McpInstance(Model):
    """The instance that a user has of an MCP configuration."""

    id: str | None = None
    name: str | None = None
    user_identifier: str | None = None
    config: McpConfig | None = None
    last_used_at: datetime | None = None
    updated_at: datetime | None = None
    url: str | None = field(default=None, secret=True)
    """The URL of the MCP server of this user. It is a secret of the user."""

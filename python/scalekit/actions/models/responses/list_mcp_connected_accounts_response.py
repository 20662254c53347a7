"""The connected accounts of a user of an MCP configuration."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.mcp_connection_auth_state import McpConnectionAuthState


class ListMcpConnectedAccountsResponse(Model):
    """The connected accounts of a user for the connections of an MCP configuration."""

    connected_accounts: list[McpConnectionAuthState] | None = None

"""The result of an operation that no longer exists."""

from __future__ import annotations

from scalekit._runtime.model import Model, field
from scalekit.actions.models.tool_mapping import ToolMapping


class GetMcpResponse(Model):
    """The result of an operation that no longer exists, for compatibility."""

    mcp_id: str | None = None
    connected_account_identifier: str | None = None
    tool_mappings: list[ToolMapping] | None = None
    url: str | None = field(default=None, secret=True)

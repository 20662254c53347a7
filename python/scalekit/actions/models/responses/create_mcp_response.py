"""The result of an operation that no longer exists."""

from __future__ import annotations

from scalekit._runtime.model import Model, field
from scalekit.actions.models.tool_mapping import ToolMapping


class CreateMcpResponse(Model):
    """The result of an operation that no longer exists, for compatibility."""

    id: str | None = field()
    identifier: str | None = field()
    url: str | None = field(secret=True)
    tool_mappings: list[ToolMapping] | None = field()

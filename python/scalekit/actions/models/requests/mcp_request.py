"""The arguments of an operation that no longer exists."""

from __future__ import annotations

from scalekit._runtime.checks import length
from scalekit._runtime.model import Model
from scalekit.actions.models.tool_mapping import ToolMapping


class McpRequest(Model):
    """The arguments of an operation that no longer exists, for compatibility."""

    identifier: str
    """1 to 255 characters."""
    tool_mappings: list[ToolMapping]

    def _check(self) -> None:
        length("McpRequest.identifier", self.identifier, 1, 255)

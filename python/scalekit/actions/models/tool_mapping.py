"""The tools of a connection, for compatibility."""

from __future__ import annotations

from typing import Any

from scalekit._runtime.model import Model, field


class ToolMapping(Model):
    """The tools of a connection. No method uses it; see ``McpConfigConnectionToolMapping``."""

    tool_names: list[str] | None = field()
    connection_name: str | None = field()
    status: str | None = None

    def to_proto_dict(self) -> dict[str, Any]:
        """Returns the fields that are not ``None``."""
        return self.model_dump(exclude_none=True)

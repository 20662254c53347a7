"""A page of tools."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scalekit._runtime.model import Model, field


class Tool(Model):
    """A tool of a third-party service."""

    id: str | None = None
    provider: str | None = None
    definition: dict[str, Any] | None = None
    """Name, description and JSON schema of the input."""
    metadata: dict[str, Any] | None = None
    tags: list[str] = field(default_factory=list)
    is_default: bool | None = None
    updated_at: datetime | None = None


class ListToolsResponse(Model):
    """A page of tools."""

    tools: list[Tool] | None = None
    tool_names: list[str] | None = None
    total_count: int | None = field(default=None, wire="total_size", keep_empty=True)
    next_page_token: str | None = None
    """The token of the next page, ``None`` on the last page."""
    previous_page_token: str | None = field(default=None, wire="prev_page_token")

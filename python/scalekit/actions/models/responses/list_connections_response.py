"""A page of connections."""

from __future__ import annotations

from datetime import datetime

from scalekit._runtime.model import Model, field


class AppConnection(Model):
    """A connection to a third-party service."""

    id: str | None = None
    """The id, ``conn_`` and digits."""
    type: str | None = None
    """The kind of credentials, such as ``OAUTH``."""
    status: str | None = None
    enabled: bool | None = None
    provider: str | None = field(default=None, source="provider_key")
    """The third-party service, such as ``GMAIL``."""
    connection_name: str | None = field(default=None, source="key_id")
    """The name that the methods of ``client.actions`` take."""
    created_at: datetime | None = None


class ListConnectionsResponse(Model):
    """A page of connections."""

    connections: list[AppConnection] = field(default_factory=list)
    total_count: int | None = field(default=None, wire="total_size")
    next_page_token: str | None = None
    """The token of the next page, ``None`` on the last page."""
    previous_page_token: str | None = field(default=None, wire="prev_page_token")

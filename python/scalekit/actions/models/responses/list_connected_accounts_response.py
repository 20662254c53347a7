"""A page of connected accounts."""

from __future__ import annotations

from datetime import datetime

from scalekit._runtime.model import Model, field


class ConnectedAccountForList(Model):
    """A connected account in a list, without credentials."""

    identifier: str | None = None
    """Your identifier of the owner."""
    provider: str | None = None
    status: str | None = None
    """``ACTIVE``, ``EXPIRED``, ``PENDING_AUTH``, ``PENDING_VERIFICATION`` or ``DISCONNECTED``."""
    authorization_type: str | None = None
    """The kind of credentials, such as ``OAUTH`` or ``API_KEY``."""
    token_expires_at: datetime | None = None
    updated_at: datetime | None = None
    connector: str | None = None
    """The name of the connection."""
    last_used_at: datetime | None = None
    id: str | None = None
    """The id, ``ca_`` and digits."""
    connection_id: str | None = None
    is_org_wide_credential: bool | None = None


class ListConnectedAccountsResponse(Model):
    """A page of connected accounts."""

    connected_accounts: list[ConnectedAccountForList] = field(default_factory=list)
    total_count: int | None = field(default=None, wire="total_size")
    next_page_token: str | None = None
    """The token of the next page, ``None`` on the last page."""
    previous_page_token: str | None = field(default=None, wire="prev_page_token")

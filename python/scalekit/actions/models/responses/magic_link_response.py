"""The link that connects an account."""

from __future__ import annotations

from datetime import datetime

from scalekit._runtime.model import Model, field


class MagicLinkResponse(Model):
    """The link that a user opens to authorize a connected account."""

    link: str | None = field(default=None, secret=True)
    """The link. It is a secret of the user."""
    expiry: datetime | None = None
    """The time when the link expires, in UTC."""

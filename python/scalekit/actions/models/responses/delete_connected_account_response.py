"""The response for a deleted connected account."""

from __future__ import annotations

from scalekit._runtime.model import Model


class DeleteConnectedAccountResponse(Model):
    """The response for a deleted connected account. It has no fields."""

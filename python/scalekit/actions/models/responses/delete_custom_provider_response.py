"""The response for a deleted custom provider."""

from __future__ import annotations

from scalekit._runtime.model import Model


class DeleteCustomProviderResponse(Model):
    """The response for a deleted custom provider. It has no fields."""

"""The updated custom provider."""

from __future__ import annotations

from scalekit._runtime.model import Model
from scalekit.actions.models.custom_provider import Provider


class UpdateCustomProviderResponse(Model):
    """The updated custom provider."""

    provider: Provider | None = None

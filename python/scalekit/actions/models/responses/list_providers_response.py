"""A page of providers."""

from __future__ import annotations

from scalekit._runtime.model import Model, field
from scalekit.actions.models.custom_provider import Provider


class ListProvidersResponse(Model):
    """A page of providers."""

    providers: list[Provider] = field(default_factory=list)
    next_page_token: str = ""
    """The token of the next page, empty on the last page."""
    total_size: int = 0

"""The arguments for a list of providers."""

from __future__ import annotations

from scalekit._runtime.checks import length
from scalekit._runtime.model import Model
from scalekit.common.exceptions import ScalekitArgumentException


class ListProvidersRequest(Model):
    """The arguments for a list of providers."""

    provider_type: int | None = None
    """0 for the built-in providers, 1 for custom providers, 2 for all."""
    page_size: int | None = None
    page_token: str | None = None
    identifier: str | None = None

    def _check(self) -> None:
        if self.provider_type not in (None, 0, 1, 2):
            raise ScalekitArgumentException(
                "ListProvidersRequest.provider_type must be 0 (built-in), 1 (custom) or 2 (all)"
            )
        if self.page_size is not None and self.page_size < 1:
            raise ScalekitArgumentException("ListProvidersRequest.page_size must be at least 1")
        if self.identifier is not None:
            length("ListProvidersRequest.identifier", self.identifier, 1)

"""The arguments for an update of a custom provider."""

from __future__ import annotations

from scalekit._runtime.checks import https, length
from scalekit._runtime.model import Model
from scalekit.actions.models.custom_provider import AuthPattern
from scalekit.common.exceptions import ScalekitArgumentException


class UpdateCustomProviderRequest(Model):
    """The arguments for an update of a custom provider. ``None`` is not sent."""

    identifier: str
    display_name: str
    proxy_url: str
    """Base URL of the API of the service, with ``https``."""
    description: str | None = None
    auth_patterns: list[AuthPattern] | None = None
    """The authentication method, exactly one."""
    icon_src: str | None = None
    metadata: dict[str, str] | None = None

    def _check(self) -> None:
        length("UpdateCustomProviderRequest.identifier", self.identifier, 1)
        https("UpdateCustomProviderRequest.proxy_url", self.proxy_url)
        if self.auth_patterns is not None and len(self.auth_patterns) != 1:
            raise ScalekitArgumentException(
                "UpdateCustomProviderRequest.auth_patterns must have exactly one item"
            )

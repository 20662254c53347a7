"""The arguments for a new custom provider."""

from __future__ import annotations

from scalekit._runtime.checks import https
from scalekit._runtime.model import Model, field
from scalekit.actions.models.custom_provider import AuthPattern
from scalekit.common.exceptions import ScalekitArgumentException


class CreateCustomProviderRequest(Model):
    """The arguments for a new custom provider."""

    display_name: str
    """Letters, digits and spaces."""
    proxy_url: str
    """Base URL of the API of the service, with ``https``."""
    proxy_enabled: bool = True
    description: str = ""
    auth_patterns: list[AuthPattern] = field(default_factory=list)
    """The authentication method, at most one."""
    icon_src: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    """At most 20 pairs, with keys of 3 to 25 and values of 1 to 256 characters."""

    def _check(self) -> None:
        https("CreateCustomProviderRequest.proxy_url", self.proxy_url)
        if len(self.auth_patterns) > 1:
            raise ScalekitArgumentException(
                "CreateCustomProviderRequest.auth_patterns must have at most one item"
            )

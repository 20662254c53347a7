"""Custom providers: third-party services that you add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalekit._runtime.annotations import Self
from scalekit._runtime.json_values import from_value
from scalekit._runtime.model import CompactModel, field
from scalekit.common.exceptions import ScalekitArgumentException


class ProviderModel(CompactModel):
    """Base of the objects of a provider. Unknown keys are preserved."""

    _extra = True

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Creates an object from a decoded response.

        The service defines the values, so they are not checked, and neither are later assignments.
        """
        values: dict[str, Any] = {"_unchecked": True}
        for name, info in cls.model_fields.items():
            values[name] = "" if info.required else info.make_default()
        for name, value in data.items():
            try:
                values[name] = cls._converted(name, value, True) if name in values else value
            except ScalekitArgumentException:
                values[name] = value
        return cls._of(values)


class AuthFieldOption(ProviderModel):
    """A choice of a field of type ``select``."""

    value: str = field(default="", always=True)
    display_name: str = field(default="", always=True)
    description: str = field(default="", always=True)
    default: bool = field(default=False, always=True)


class AuthField(ProviderModel):
    """A field that a user fills to connect an account."""

    field_name: str
    label: str = field(default="", always=True)
    input_type: str = field(default="text", always=True)
    """``text``, ``password``, ``select`` or ``textarea``."""
    hint: str = ""
    required: bool = False
    options: list[AuthFieldOption] = field(default_factory=list)
    is_path_param: bool = False
    header_name: str = ""


class OAuthConfig(ProviderModel):
    """The OAuth settings of a provider."""

    pkce_enabled: bool = field(default=True, always=True)


class AuthPattern(ProviderModel):
    """An authentication method of a provider."""

    type: str
    """``OAUTH``, ``BEARER``, ``API_KEY`` or ``NO_AUTH``."""
    display_name: str
    description: str = ""
    fields: list[AuthField] = field(default_factory=list, always=True)
    account_fields: list[AuthField] = field(default_factory=list)
    is_mcp: bool = False
    oauth_config: OAuthConfig | None = None
    auth_header_key_override: str = ""
    allowed_proxy_domains: list[str] = field(default_factory=list)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Creates an object from a decoded response, without checks of combinations."""
        nested = dict(data)
        for name in ("fields", "account_fields"):
            if isinstance(nested.get(name), list):
                nested[name] = [AuthField.from_dict(item) for item in nested[name]]
        return super().from_dict(nested)

    def _check(self) -> None:
        if "_unchecked" in self.__dict__:
            return
        if self.type == "OAUTH" and self.oauth_config is None:
            raise ScalekitArgumentException("AuthPattern.oauth_config is required for type OAUTH")
        if self.type == "NO_AUTH" and self.fields:
            raise ScalekitArgumentException("AuthPattern.fields must be empty for type NO_AUTH")


def _patterns(message: Any) -> list[AuthPattern]:
    decoded = [from_value(value) for value in message.auth_patterns.values]
    return [AuthPattern.from_dict(item) for item in decoded if isinstance(item, dict)]


class Provider(ProviderModel):
    """A third-party service."""

    identifier: str = ""
    display_name: str = ""
    description: str = ""
    proxy_url: str = ""
    icon_src: str = ""
    proxy_enabled: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    is_custom: bool = False
    is_custom_mcp: bool = False
    auth_patterns: list[AuthPattern] = field(default_factory=list, read=_patterns)

    def to_dict(self) -> dict[str, Any]:
        """Returns all fields as a ``dict`` of JSON values."""
        patterns = [pattern.to_dict() for pattern in self.auth_patterns]
        return {**self.model_dump(mode="json"), "auth_patterns": patterns}

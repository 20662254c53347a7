"""Checks of the fields of models and of arguments."""

from __future__ import annotations

from urllib.parse import urlsplit

from scalekit.common.exceptions import ScalekitArgumentException


def required(**arguments: str | None) -> None:
    """Rejects arguments that are ``None`` or empty."""
    for name, value in arguments.items():
        if not value:
            raise ScalekitArgumentException(f"{name} is required")


def length(name: str, value: str, least: int, most: int | None = None) -> None:
    """Rejects a text that is shorter than `least` or longer than `most` characters."""
    if len(value) < least:
        raise ScalekitArgumentException(f"{name} must not be empty")
    if most is not None and len(value) > most:
        raise ScalekitArgumentException(f"{name} must have at most {most} characters")


def https(name: str, value: str) -> None:
    """Rejects a text that is not an absolute ``https`` URL."""
    try:
        url = urlsplit(value)
        valid = url.scheme == "https" and bool(url.hostname)
    except ValueError:
        valid = False
    if not valid:
        raise ScalekitArgumentException(f"{name} must be an absolute https URL")

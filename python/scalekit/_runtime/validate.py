"""Validation and conversion of arguments before they are passed to the native client."""

from __future__ import annotations

import re

from scalekit.common.exceptions import ScalekitArgumentException

# ``os.environ`` contains lone surrogates for bytes that are not UTF-8. No request can contain them.
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(**arguments: object) -> None:
    """Rejects arguments that are not a non-empty string.

    The value may be a secret, so it is not shown.
    """
    for name, value in arguments.items():
        _string(name, value)
        if not value:
            raise ScalekitArgumentException(f"{name} must not be empty")


def optional_text(**arguments: object) -> None:
    """Rejects arguments that are neither a string nor ``None``."""
    for name, value in arguments.items():
        if value is not None:
            _string(name, value)


def is_text(value: str) -> bool:
    """Returns ``True`` if a string can be encoded as UTF-8.

    ``encode`` would raise an exception that contains the value, which may be a secret.
    """
    return value.isascii() or _SURROGATE.search(value) is None


def _string(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ScalekitArgumentException(f"{name} must be a str, not {type(value).__name__}")
    if not is_text(value):
        raise ScalekitArgumentException(f"{name} contains a lone surrogate")


def options(value: object, kind: type) -> None:
    """Rejects options that are neither ``None`` nor an instance of `kind`.

    The attributes of any other object, such as a ``dict``, would be silently ignored.
    """
    if value is not None and not isinstance(value, kind):
        raise ScalekitArgumentException(
            f"options must be {kind.__name__}, not {type(value).__name__}"
        )


def strings(name: str, value: object) -> list[str] | None:
    """Converts a string or an iterable of strings to a list. Returns ``None`` for ``None``."""
    if value is None:
        return None
    if not hasattr(value, "__iter__"):
        raise ScalekitArgumentException(
            f"{name} must be a str or a list of str, not {type(value).__name__}"
        )
    result = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(item, str) for item in result):
        raise ScalekitArgumentException(f"{name} must be a list of str")
    if not all(map(is_text, result)):
        raise ScalekitArgumentException(f"{name} contains a lone surrogate")
    return result

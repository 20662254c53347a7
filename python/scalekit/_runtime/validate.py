"""Checks and conversions of arguments, before anything is handed to the native client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    import os

MIN_KEEPALIVE_TIME_MS = 60_000
# Half of a pair of UTF-16, such as os.environ has for bytes that are no UTF-8; no request can carry it.
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(**arguments: object) -> None:
    """Every argument must be a non-empty string; the value is not shown, it may be a secret."""
    for name, value in arguments.items():
        _string(name, value)
        if not value:
            raise ScalekitArgumentException(f"{name} must not be empty")


def optional_text(**arguments: object) -> None:
    """Every argument must be a string or ``None``; the value is not shown, it may be a secret."""
    for name, value in arguments.items():
        if value is not None:
            _string(name, value)


def is_text(value: str) -> bool:
    """Whether a string can be written in UTF-8. To try it would leave an exception with the value in it."""
    return value.isascii() or _SURROGATE.search(value) is None


def _string(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ScalekitArgumentException(f"{name} must be a str, not {type(value).__name__}")
    if not is_text(value):
        raise ScalekitArgumentException(f"{name} holds a lone surrogate")


def options(value: object, kind: type) -> None:
    """The options must be ``None`` or of their class: what a mapping, say, asks for would not be checked."""
    if value is not None and not isinstance(value, kind):
        raise ScalekitArgumentException(f"options must be {kind.__name__}, not {type(value).__name__}")


def count(*, most: int = 100, **arguments: object) -> None:
    """Every argument must be a number of things."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise ScalekitArgumentException(f"{name} must be a number from 0 to {most}, not {value!r}")


def seconds(*, zero: bool = False, **arguments: object) -> None:
    """Every argument must be a positive, sensible number of seconds, or `zero` if that is permitted."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ScalekitArgumentException(f"{name} must be a number of seconds, not {value!r}")
        if value == 0 and zero:
            continue
        # Thirty years; with more, adding it to the time of day ends beyond what a clock can count.
        if not 0 < value <= 1e9:
            raise ScalekitArgumentException(f"{name} must be a positive number of seconds, not {value!r}")


def keepalive(time_ms: object, timeout_ms: object) -> None:
    """Pings that come more often than the service wants to see them would make it hang up."""
    for name, value in (("keepalive_time_ms", time_ms), ("keepalive_timeout_ms", timeout_ms)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ScalekitArgumentException(f"{name} must be a number of milliseconds, not {value!r}")
    if isinstance(time_ms, int) and 0 < time_ms < MIN_KEEPALIVE_TIME_MS:
        raise ScalekitArgumentException(
            f"keepalive_time_ms must be 0 (off) or at least {MIN_KEEPALIVE_TIME_MS}, not {time_ms}"
        )


def strings(name: str, value: object) -> list[str] | None:
    """Turn ``None``, a string or an iterable of strings into a list."""
    if value is None:
        return None
    if not hasattr(value, "__iter__"):
        raise ScalekitArgumentException(f"{name} must be a str or a list of str, not {type(value).__name__}")
    result = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(item, str) for item in result):
        raise ScalekitArgumentException(f"{name} must be a list of str")
    if not all(map(is_text, result)):
        raise ScalekitArgumentException(f"{name} holds a lone surrogate")
    return result


def certificates(value: bytes | str | os.PathLike[str] | None) -> bytes | None:
    """Take PEM as it is, and read what is a path."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str) and "-----BEGIN" in value:
        return value.encode()
    try:
        with open(value, "rb") as file:
            return file.read()
    except (OSError, TypeError, ValueError) as error:
        raise ScalekitArgumentException(f"ca_certificates cannot be read: {error}") from error

"""Validation and conversion of arguments before they are passed to the native client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    import os

MIN_KEEPALIVE_TIME_MS = 60_000
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


def count(*, most: int = 100, **arguments: object) -> None:
    """Rejects arguments that are not an integer from 0 to `most`."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise ScalekitArgumentException(
                f"{name} must be a number from 0 to {most}, not {value!r}"
            )


def seconds(*, zero: bool = False, **arguments: object) -> None:
    """Rejects arguments that are not a positive number of seconds.

    With `zero`, 0 is accepted too.
    """
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ScalekitArgumentException(f"{name} must be a number of seconds, not {value!r}")
        if value == 0 and zero:
            continue
        # The limit is about 30 years. Much larger values overflow when they are added to the
        # current time.
        if not 0 < value <= 1e9:
            raise ScalekitArgumentException(
                f"{name} must be a positive number of seconds, not {value!r}"
            )


def keepalive(time_ms: object, timeout_ms: object) -> None:
    """Rejects invalid keepalive options.

    The service closes connections that are probed more than once a minute.
    """
    for name, value in (("keepalive_time_ms", time_ms), ("keepalive_timeout_ms", timeout_ms)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ScalekitArgumentException(
                f"{name} must be a number of milliseconds, not {value!r}"
            )
    if isinstance(time_ms, int) and 0 < time_ms < MIN_KEEPALIVE_TIME_MS:
        raise ScalekitArgumentException(
            f"keepalive_time_ms must be 0 (off) or at least {MIN_KEEPALIVE_TIME_MS}, not {time_ms}"
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


def certificates(value: bytes | str | os.PathLike[str] | None) -> bytes | None:
    """Returns certificates in PEM, read from a file if `value` is a path."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str) and "-----BEGIN" in value:
        return value.encode()
    try:
        with open(value, "rb") as file:
            return file.read()
    except (OSError, TypeError, ValueError) as error:
        raise ScalekitArgumentException(f"ca_certificates cannot be read: {error}") from error

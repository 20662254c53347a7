"""The second result of an operation, next to its message."""

from __future__ import annotations

from typing import NamedTuple

from scalekit._native import Headers
from scalekit.common.status import StatusCode


class Metadatum(NamedTuple):
    """A header of the response."""

    key: str
    value: str


class Call:
    """Status and headers of a successful call: the second item of ``(message, call)``."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Headers) -> None:
        """Wraps the headers of the response."""
        self._headers = headers

    def code(self) -> StatusCode:
        """Returns ``OK``: a failed call raises an exception instead."""
        return StatusCode.OK

    def details(self) -> str:
        """Returns an empty string: the status ``OK`` has no details."""
        return ""

    def initial_metadata(self) -> tuple[Metadatum, ...]:
        """Returns the headers of the response in their order, with lower-case names."""
        return tuple(Metadatum(key, value) for key, value in self._headers.items())

    def trailing_metadata(self) -> tuple[Metadatum, ...]:
        """Returns an empty tuple: a REST response has no trailers."""
        return ()

    def __repr__(self) -> str:
        """Shows the status."""
        return "<Call OK>"

"""What an operation returns beside its message."""

from __future__ import annotations

from typing import NamedTuple

from scalekit._native import Headers
from scalekit.common.status import StatusCode


class Metadatum(NamedTuple):
    """A header of the reply."""

    key: str
    value: str


class Call:
    """How a call that succeeded went; the second half of every ``(message, call)``."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Headers) -> None:
        """Keep the headers of the reply."""
        self._headers = headers

    def code(self) -> StatusCode:
        """The status: always ``OK``, since a call that fails raises."""
        return StatusCode.OK

    def details(self) -> str:
        """What the status says in words: nothing, for a call that succeeded."""
        return ""

    def initial_metadata(self) -> tuple[Metadatum, ...]:
        """The headers of the reply, names in lower case, in the order they came."""
        return tuple(Metadatum(key, value) for key, value in self._headers.items())

    def trailing_metadata(self) -> tuple[Metadatum, ...]:
        """Nothing: REST has no trailers."""
        return ()

    def __repr__(self) -> str:
        """Say that it is a call, and that it went well."""
        return "<Call OK>"

"""The response of a third-party service, similar to those of ``requests`` and ``httpx``."""

from __future__ import annotations

import codecs
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scalekit.common import exceptions
from scalekit.common.exceptions import ScalekitServerException

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from scalekit._native import StreamedResponse

_EXCEPTIONS: dict[int, type[ScalekitServerException]] = {
    400: exceptions.ScalekitBadRequestException,
    401: exceptions.ScalekitUnauthorizedException,
    403: exceptions.ScalekitForbiddenException,
    404: exceptions.ScalekitNotFoundException,
    409: exceptions.ScalekitConflictException,
    429: exceptions.ScalekitTooManyRequestsException,
    500: exceptions.ScalekitInternalServerException,
    501: exceptions.ScalekitNotImplementedException,
    503: exceptions.ScalekitServiceUnavailableException,
    504: exceptions.ScalekitGatewayTimeoutException,
}


class Headers(Mapping[str, str]):
    """Headers with names in any letter case. Repeated values are joined with commas."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        """Stores names, which are lower-case, and values."""
        self._pairs = pairs
        self._values: dict[str, str] = {}
        for name, value in pairs:
            known = self._values.get(name)
            self._values[name] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        """Returns the value of a header."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Iterates over the lower-case names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Returns the number of names."""
        return len(self._values)

    def get_list(self, name: str) -> list[str]:
        """Returns all values of a header, such as ``set-cookie``."""
        return [value for key, value in self._pairs if key == name.lower()]

    def __repr__(self) -> str:
        """Shows only the names, because values may be secret."""
        return f"Headers({list(self._values)})"


class ProxyResponse:
    """The response of a third-party service, with any status.

    It has the attributes of a response of ``requests``. With ``stream=True``, the body is read on
    demand: by ``iter_bytes()``, ``content`` and ``text`` of a blocking client, or by
    ``aiter_bytes()`` and ``await aread()`` of an async client. Use such a response in a ``with`` or
    ``async with`` block, which ends the transfer.
    """

    def __init__(
        self,
        native: StreamedResponse,
        content: bytes | None,
        *,
        url: str,
        elapsed: float,
        account: Mapping[str, str],
        invoke: Any = None,
    ) -> None:
        """Stores the response. ``client.actions.request`` creates it."""
        self._native = native
        self._content = content
        self._invoke = invoke
        self._account = account
        self._consumed = False
        self.status_code: int = native.status
        """The HTTP status."""
        self.headers = Headers(native.headers())
        """The headers, with names in any letter case."""
        self.url = url
        """The URL of the request, without the parameters of the query."""
        self.elapsed = timedelta(seconds=elapsed)
        """The time until the headers arrived, or the whole body if it was read at once."""

    @property
    def ok(self) -> bool:
        """``True`` if the status is below 400."""
        return self.status_code < HTTPStatus.BAD_REQUEST

    @property
    def reason(self) -> str:
        """The name of the status, such as ``Not Found``, or an empty string."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def content(self) -> bytes:
        """The body. A blocking client reads it first if necessary."""
        if self._content is None:
            self._start("aread")
            self._content = self._native.read(True)
        return self._content

    async def aread(self) -> bytes:
        """Reads the body of a response of an async client, and returns it."""
        if self._content is None:
            self._start(None)
            content: bytes = await self._invoke(self._native.read, True)
            self._content = content
        return self._content

    @property
    def encoding(self) -> str:
        """The encoding of the header ``content-type``, or ``utf-8``."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                try:
                    return codecs.lookup(value.strip().strip("\"'")).name
                except LookupError:
                    break
        return "utf-8"

    @property
    def text(self) -> str:
        """The body as text. Invalid bytes are replaced."""
        return self.content.decode(self.encoding, errors="replace")

    def json(self, **options: Any) -> Any:
        """Parses the body as JSON, with the options of ``json.loads``.

        Raises:
            json.JSONDecodeError: the body is not JSON; a ``ValueError``.
        """
        return json.loads(self.content, **options)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yields the body in pieces: of `chunk_size` bytes, or as they arrive."""
        _check_size(chunk_size)
        return _resized(self._pieces(), chunk_size)

    def iter_content(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yields the body in pieces; the same as :meth:`iter_bytes`."""
        return self.iter_bytes(chunk_size)

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yields the body of a response of an async client; see :meth:`iter_bytes`."""
        _check_size(chunk_size)
        buffer = _Buffer(chunk_size)
        if self._content is not None:
            for piece in buffer.add(self._content):
                yield piece
        else:
            self._start(None)
            self._consumed = True
            while chunk := await self._invoke(self._native.read, False):
                for piece in buffer.add(chunk):
                    yield piece
        for piece in buffer.rest():
            yield piece

    def raise_for_status(self) -> Self:
        """Raises an exception if the status is 4xx or 5xx. Otherwise returns the response.

        ``client.actions.get_authorization_link_for(error)`` accepts the exception, to authorize the
        account again.

        Raises:
            ScalekitServerException: the class of the status, such as
                ``ScalekitUnauthorizedException``.
        """
        if self.ok:
            return self
        kind = _EXCEPTIONS.get(self.status_code, exceptions.ScalekitUnknownException)
        error = kind(
            f"the third-party service responded with {self.status_code} {self.reason}".rstrip(),
            http_status=self.status_code,
            operation="proxy",
        )
        error._account = {**self._account, "connected_account_id": None}
        raise error

    def close(self) -> None:
        """Ends the transfer of the body. Has no effect after the end of the body."""
        self._native.close()

    async def aclose(self) -> None:
        """Ends the transfer of the body; the same as :meth:`close`."""
        self.close()

    def _start(self, awaitable: str | None) -> None:
        """Checks that the body can be read. `awaitable` is the method for an async client."""
        if self._invoke is not None and awaitable:
            raise RuntimeError(f"the body is not read yet; use await response.{awaitable}()")
        if self._invoke is None and not awaitable:
            raise RuntimeError("the response belongs to a blocking client; use content")
        if self._consumed:
            raise RuntimeError("the body was already read in pieces")

    def _pieces(self) -> Iterator[bytes]:
        if self._content is not None:
            yield self._content
            return
        self._start("aiter_bytes")
        self._consumed = True
        while chunk := self._native.read(False):
            yield chunk

    def __bool__(self) -> bool:
        """Returns :attr:`ok`, as ``requests`` does."""
        return self.ok

    def __iter__(self) -> Iterator[bytes]:
        """Yields the body in pieces, as they arrive."""
        return self.iter_bytes()

    def __enter__(self) -> Self:
        """Returns the response. The ``with`` block closes it at its end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the response."""
        self.close()

    async def __aenter__(self) -> Self:
        """Returns the response. The ``async with`` block closes it at its end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the response."""
        self.close()

    def __repr__(self) -> str:
        """Shows the status."""
        return f"<ProxyResponse [{self.status_code}]>"


def _check_size(size: int | None) -> None:
    if size is not None and size < 1:
        raise exceptions.ScalekitArgumentException("chunk_size must be at least 1")


class _Buffer:
    """Joins and splits pieces of a body."""

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._data = bytearray()

    def add(self, piece: bytes) -> Iterator[bytes]:
        if self._size is None:
            if piece:
                yield piece
            return
        self._data += piece
        while len(self._data) >= self._size:
            yield bytes(self._data[: self._size])
            del self._data[: self._size]

    def rest(self) -> Iterator[bytes]:
        if self._data:
            yield bytes(self._data)


def _resized(pieces: Iterator[bytes], size: int | None) -> Iterator[bytes]:
    buffer = _Buffer(size)
    for piece in pieces:
        yield from buffer.add(piece)
    yield from buffer.rest()

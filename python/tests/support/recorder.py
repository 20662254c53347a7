"""Service clients that send no requests, for tests of arguments."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from scalekit._clients import SERVICES


class RecordedResponse:
    """A native response of the proxy with given pieces of a body."""

    def __init__(
        self, *pieces: bytes, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.pieces = list(pieces)
        self.status = status
        self._headers = headers or {}
        self.is_closed = False

    def headers(self) -> list[tuple[str, str]]:
        return list(self._headers.items())

    def read(self, all: bool) -> bytes:
        count = len(self.pieces) if all else 1
        pieces, self.pieces = self.pieces[:count], self.pieces[count:]
        return b"".join(pieces)

    def close(self) -> None:
        self.is_closed = True


class Recorder:
    """A core client and its native client that record requests.

    They return prepared responses and raise prepared exceptions.
    """

    env_url = "https://acme.scalekit.com"

    def __init__(self, is_async: bool) -> None:
        self.is_async = is_async
        self.calls: list[tuple[str, Any]] = []
        self.responses: list[Any] = []
        self._native = self

    def call(self, operation: str, request: bytes) -> tuple[bytes, dict[str, str]]:
        self.calls.append((operation, request))
        response = self.responses.pop(0) if self.responses else None
        if isinstance(response, Exception):
            raise response
        return b"" if response is None else response.SerializeToString(), {}

    def proxy(self, request: Any, stream: bool, timeout: object) -> tuple[Any, bytes | None]:
        self.calls.append(("proxy", request))
        response = self.responses.pop(0) if self.responses else RecordedResponse()
        return response, None if stream else response.read(True)

    async def _invoke(self, method: Callable[..., Any], *arguments: Any) -> Any:
        return method(*arguments)

    def sent(self, kind: Any) -> Any:
        """The last request, as a message of the class `kind`."""
        return kind.FromString(self.calls[-1][1])


class Services:
    """All service clients, blocking or async, on one recorder."""

    def __init__(self, is_async: bool = False) -> None:
        self.recorder = Recorder(is_async)

    def __getattr__(self, name: str) -> Any:
        module, kind = SERVICES[name]
        prefix = "Async" if self.recorder.is_async else ""
        return getattr(import_module(f"scalekit.{module}"), prefix + kind)(self.recorder)

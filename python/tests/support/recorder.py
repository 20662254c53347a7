"""Service clients that send no requests, for tests of arguments."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from scalekit._clients import SERVICES


class Recorder:
    """A core client and its native client that record requests.

    They return prepared responses and raise prepared exceptions.
    """

    env_url = "https://acme.scalekit.com"

    def __init__(self, is_async: bool) -> None:
        self.is_async = is_async
        self.calls: list[tuple[str, bytes]] = []
        self.responses: list[Any] = []
        self._native = self

    def call(self, operation: str, request: bytes) -> tuple[bytes, dict[str, str]]:
        self.calls.append((operation, request))
        response = self.responses.pop(0) if self.responses else None
        if isinstance(response, Exception):
            raise response
        return b"" if response is None else response.SerializeToString(), {}

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

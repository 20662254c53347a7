"""Service clients that send nothing, for tests of requests and arguments."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from scalekit._clients import SERVICES


class Recorder:
    """A core client that records requests and returns prepared responses."""

    def __init__(self, waits: bool) -> None:
        self.waits = waits
        self.calls: list[tuple[str, bytes]] = []
        self.answers: list[Any] = []

    def _call(self, operation: str, request: bytes) -> Any:
        self.calls.append((operation, request))
        answer = self.answers.pop(0).SerializeToString() if self.answers else b""
        return self._later(answer) if self.waits else (answer, {})

    async def _later(self, answer: bytes) -> tuple[bytes, dict[str, str]]:
        return answer, {}

    def sent(self, kind: Any) -> Any:
        return kind.FromString(self.calls[-1][1])


class Services:
    """All service clients on one recorder, blocking or awaitable."""

    def __init__(self, waits: bool = False) -> None:
        self.recorder = Recorder(waits)

    def __getattr__(self, name: str) -> Any:
        module, kind = SERVICES[name]
        prefix = "Async" if self.recorder.waits else ""
        return getattr(import_module(f"scalekit.{module}"), prefix + kind)(self.recorder)

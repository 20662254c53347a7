"""What the emulator's admin API takes and gives."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from scalekit.core import ClientOptions


class Options(ClientOptions, total=False):
    """All options of a client; :class:`scalekit.ScalekitClient` explains them."""

    keepalive_time_ms: int
    keepalive_timeout_ms: int
    call_timeout_s: float
    tool_call_timeout_s: float


class _Coded(TypedDict):
    code: str


class CannedError(_Coded, total=False):
    """An error of the API, in short.

    ``code`` is the gRPC code's name, such as ``NOT_FOUND``; ``error_code`` the service's own, by default the
    same.
    """

    message: str
    error_code: str


class Fault(TypedDict, total=False):
    """What a call meets instead of, or on top of, its real answer.

    ``times`` limits how many calls it meets, ``skip`` lets some pass first. With a ``status`` or one of
    ``json``, ``body`` and ``error``, the operation itself does not run. ``retry_after`` is the header:
    seconds, or an HTTP date. ``effect`` is how the answer travels: not at all (``drop``), until half of its
    body (``truncate``), or with a body that never ends (``endless``).
    """

    times: int
    skip: int
    delay_ms: int
    status: int
    json: Any
    body: str
    error: CannedError
    headers: dict[str, str]
    retry_after: str
    effect: Literal["answer", "drop", "truncate", "endless"]


class RequestFilter(TypedDict, total=False):
    """Which requests of the log to show; all of it must fit.

    ``after`` is a request's number, ``unmatched`` picks what nothing answers, ``limit`` keeps the newest.
    """

    operation: str
    method: str
    path: str
    after: int
    unmatched: bool
    limit: int


class LoggedRequest(TypedDict):
    """A request that came in, without its credentials.

    ``json`` is the body if it is JSON; ``status`` is ``None`` as long as there is no answer; ``operation`` is
    ``None`` for what nothing answers.
    """

    number: int
    time: str
    request_id: str
    operation: str | None
    method: str
    path: str
    query: str | None
    headers: dict[str, str]
    body: str
    json: Any
    status: int | None
    aborted: bool
    milliseconds: int | None

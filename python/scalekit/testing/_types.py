"""Types of the emulator's admin API."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from scalekit.core import ClientOptions


class Options(ClientOptions, total=False):
    """All options of a client, documented by :class:`scalekit.ScalekitClient`."""

    keepalive_time_ms: int
    keepalive_timeout_ms: int
    call_timeout_s: float
    tool_call_timeout_s: float


class _CodeRequired(TypedDict):
    code: str


class CannedError(_CodeRequired, total=False):
    """An error response of the API.

    ``code`` is the name of the gRPC code, such as ``NOT_FOUND``. ``error_code`` is the service's
    error code; default the same name.
    """

    message: str
    error_code: str


class Fault(TypedDict, total=False):
    """A replacement or a change of the responses of an operation.

    ``times`` is the number of affected calls, ``skip`` the number of calls before them that are not
    affected. ``delay_ms`` delays the response. With ``status``, ``json``, ``body`` or ``error``,
    the operation does not run. ``retry_after`` is the header, in seconds or as an HTTP date.
    ``effect`` is ``respond`` by default. ``drop`` closes the connection without a response,
    ``truncate`` closes it in the middle of the body, and ``endless`` sends a body without an end.
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
    effect: Literal["respond", "drop", "truncate", "endless"]


class RequestFilter(TypedDict, total=False):
    """A filter for the request log. A request must match all fields.

    ``after`` selects requests with a greater number, ``unmatched`` requests without a handler, and
    ``limit`` the newest requests.
    """

    operation: str
    method: str
    path: str
    after: int
    unmatched: bool
    limit: int


class LoggedRequest(TypedDict):
    """A received request, without its credentials.

    ``json`` is the body if it is JSON. ``status`` is ``None`` until the response is sent.
    ``operation`` is ``None`` for a request without a handler.
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

"""Traces and metrics of calls.

:func:`instrument` creates a span and a metric for each call with OpenTelemetry. :func:`on_call`
passes each finished call to a function, for any other system. The logger ``scalekit`` writes the
attempts and the calls at level ``DEBUG``. The environment variable ``SCALEKIT_LOG=debug`` turns the
logger on.

Observed are the operations of the API, not logins, token validations and requests to third-party
services. Nothing that is observed contains a credential, a token or a body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from scalekit._runtime import observers

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

__all__ = ["ObservedAttempt", "ObservedCall", "instrument", "on_call"]


class ObservedAttempt(NamedTuple):
    """An attempt of a call."""

    number: int
    """1 for the first attempt."""
    duration_s: float
    """Seconds from the start of the attempt to its end."""
    status: int | None
    """The HTTP status; ``None`` without a response."""
    request_id: str | None
    """The service's id of the request."""
    error: str | None
    """The error message, if the attempt failed."""
    wait_s: float | None
    """Seconds before the next attempt; ``None`` if this was the last one."""


class ObservedCall(NamedTuple):
    """A finished call."""

    operation: str
    """The operation, such as ``OrganizationService.GetOrganization``."""
    method: str | None
    """The HTTP method; ``None`` if the call failed before its first request."""
    host: str | None
    """The host of the environment URL; ``None`` if the call failed before its first request."""
    port: int | None
    """The port of the environment URL; ``None`` if the call failed before its first request."""
    attempts: tuple[ObservedAttempt, ...]
    """The attempts that ended."""
    duration_s: float
    """Seconds for all attempts and waits."""
    error: BaseException | None
    """The exception, if the call failed or was cancelled."""

    @property
    def cancelled(self) -> bool:
        """``True`` if the task of the call was cancelled, or a signal interrupted the call."""
        return self.error is not None and not isinstance(self.error, Exception)

    @property
    def status(self) -> int | None:
        """The HTTP status of the last attempt."""
        return self.attempts[-1].status if self.attempts else None

    @property
    def request_id(self) -> str | None:
        """The service's id of the last request."""
        return self.attempts[-1].request_id if self.attempts else None


def on_call(function: Callable[[ObservedCall], object]) -> Callable[[], None]:
    """Passes each finished call of all clients to `function`.

    A call that looks up an external id first is two calls. The function runs in the thread or the
    event loop of the call and must not block. Its exceptions are logged and otherwise ignored.

    Returns:
        A function that ends this.
    """

    def end(calls: list[ObservedCall]) -> None:
        for call in calls:
            function(call)

    return observers.add(lambda _: ({}, end))


_uninstrument: Callable[[], None] | None = None


def instrument(
    *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> Callable[[], None]:
    """Creates spans and metrics with OpenTelemetry for the calls of all clients.

    Needs the extra ``scalekit-client[opentelemetry]``. The span is a child of the current span, and
    the requests contain its ``traceparent`` (W3C Trace Context). The metric is
    ``rpc.client.call.duration``. A second instrumentation replaces the first one.

    Args:
        tracer_provider: default the global one.
        meter_provider: default the global one.

    Returns:
        A function that ends this.

    Raises:
        ImportError: the extra is not installed.
    """
    from scalekit._runtime.telemetry import Telemetry

    global _uninstrument
    telemetry = Telemetry(tracer_provider, meter_provider)
    if _uninstrument is not None:
        _uninstrument()
    _uninstrument = observers.add(telemetry.start)
    return _uninstrument

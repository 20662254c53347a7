"""Spans and metrics with OpenTelemetry.

The names are those of the semantic conventions for RPC and HTTP. The package is loaded by
``instrument``, not by importing this module.
"""

from __future__ import annotations

from collections.abc import Callable
from time import time_ns
from typing import TYPE_CHECKING

from scalekit._native import __version__

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from scalekit.observability import ObservedCall

# The buckets that the semantic conventions advise, in seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


class Telemetry:
    """An observer that creates a span and a metric for each call."""

    def __init__(
        self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None
    ) -> None:
        """Gets a tracer and a meter of the providers, or of the global ones."""
        try:
            from opentelemetry import metrics, propagate, trace
        except ImportError as error:
            raise ImportError(
                "opentelemetry-api is not installed; run pip install 'scalekit-client[opentelemetry]'",
                name=error.name,
            ) from error
        self._client, self._error = trace.SpanKind.CLIENT, trace.StatusCode.ERROR
        self._context, self._inject = trace.set_span_in_context, propagate.inject
        self._tracer = trace.get_tracer("scalekit", __version__, tracer_provider)
        meter = metrics.get_meter("scalekit", __version__, meter_provider)
        self._durations = meter.create_histogram(
            "rpc.client.call.duration",
            unit="s",
            description="Duration of the calls of Scalekit's API",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )

    def start(self, operation: str) -> tuple[dict[str, str], Callable[[list[ObservedCall]], None]]:
        """Starts a span. Returns the headers that propagate it, and the function that ends it."""
        started = time_ns()
        attributes = {"rpc.system.name": "scalekit", "rpc.method": operation}
        span = self._tracer.start_span(
            operation,
            kind=self._client,
            attributes=attributes,
            start_time=started,
        )
        context = self._context(span)
        headers: dict[str, str] = {}
        self._inject(headers, context)

        def end(calls: list[ObservedCall]) -> None:
            for call in calls:
                self._durations.record(call.duration_s, _metric_attributes(call), context)
            self._end(span, calls, started)

        return headers, end

    def _end(self, span: Span, calls: list[ObservedCall], started: int) -> None:
        now = started
        for call in calls:
            for attempt in call.attempts:
                now += int(attempt.duration_s * 1e9)
                attributes: dict[str, str | float | None] = {
                    "rpc.method": call.operation,
                    "scalekit.attempt": attempt.number,
                    "http.response.status_code": attempt.status,
                    "scalekit.request_id": attempt.request_id,
                    "scalekit.wait": attempt.wait_s,
                    "error.message": attempt.error,
                }
                given = {name: value for name, value in attributes.items() if value is not None}
                span.add_event("scalekit.attempt", given, timestamp=now)
                now += int((attempt.wait_s or 0) * 1e9)
        call = calls[-1]
        for name, value in _metric_attributes(call).items():
            span.set_attribute(name, value)
        if call.method:
            span.set_attribute("http.request.method", call.method)
        if call.request_id:
            span.set_attribute("scalekit.request_id", call.request_id)
        if len(call.attempts) > 1:
            span.set_attribute("http.request.resend_count", len(call.attempts) - 1)
        if call.error is not None:
            text = "cancelled" if call.cancelled else str(call.error)
            span.set_status(self._error, text)
        span.end()


def _metric_attributes(call: ObservedCall) -> dict[str, str | int]:
    """Returns the attributes that have few values."""
    attributes: dict[str, str | int] = {
        "rpc.system.name": "scalekit",
        "rpc.method": call.operation,
    }
    if call.host and call.port:
        attributes["server.address"], attributes["server.port"] = call.host, call.port
    if call.status:
        attributes["http.response.status_code"] = call.status
    if call.error is not None:
        attributes["error.type"] = "cancelled" if call.cancelled else type(call.error).__name__
    return attributes

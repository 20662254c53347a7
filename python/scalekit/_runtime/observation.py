"""Observation of one call."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from scalekit._native import CallRecording
from scalekit._runtime import observers
from scalekit.observability import ObservedAttempt, ObservedCall

if TYPE_CHECKING:
    from types import TracebackType


class Observation:
    """A call that is observed while the ``with`` block runs."""

    def __init__(self, operation: str) -> None:
        """Informs the observers of the start, and creates a recording with their headers."""
        self._operation = operation
        self._ends = []
        headers: dict[str, str] = {}
        for observer in observers.observers:
            started = _guarded(observer, operation)
            if started is not None:
                headers.update(started[0])
                self._ends.append(started[1])
        self._recording = CallRecording(list(headers.items()))
        self._started = perf_counter()

    def __enter__(self) -> CallRecording:
        """Returns the recording for the native client."""
        return self._recording

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Informs the observers of the end, and writes the log."""
        calls = self._calls(perf_counter() - self._started, error)
        for end in self._ends:
            _guarded(end, calls)
        log = observers.logger()
        if log is not None:
            for call in calls:
                _write(log, call)

    def _calls(self, duration_s: float, error: BaseException | None) -> list[ObservedCall]:
        calls = json.loads(self._recording.json())
        sent = bool(calls) and calls[-1]["operation"] == self._operation
        if not sent:
            # An argument was invalid, or the lookup of an external id failed.
            calls.append({"operation": self._operation, "duration": duration_s})
        return [
            ObservedCall(
                operation=call["operation"],
                method=call.get("method"),
                host=call.get("host"),
                port=call.get("port"),
                attempts=tuple(map(_attempt, call.get("attempts", ()))),
                # A cancelled request ends in the background.
                duration_s=duration_s if call["duration"] is None else call["duration"],
                error=error if call is calls[-1] or not sent else None,
            )
            for call in calls
        ]


def _attempt(recorded: dict[str, Any]) -> ObservedAttempt:
    return ObservedAttempt(
        number=recorded["number"],
        duration_s=recorded["duration"],
        status=recorded["status"],
        request_id=recorded["request_id"],
        error=recorded["error"],
        wait_s=recorded["wait"],
    )


def _guarded(function: Callable[[Any], Any], argument: object) -> Any:
    """Calls an observer. Its exceptions must not change the result of the call."""
    try:
        return function(argument)
    except Exception:
        logging.getLogger("scalekit").warning("an observer of calls failed", exc_info=True)
        return None


def _write(log: logging.Logger, call: ObservedCall) -> None:
    for attempt in call.attempts:
        parts = [f"{call.operation} attempt {attempt.number}: {attempt.status or 'no response'}"]
        parts[0] += f" in {attempt.duration_s * 1000:.1f} ms"
        if attempt.request_id:
            parts.append(f"request {attempt.request_id}")
        if attempt.wait_s is not None:
            parts.append(f"retry in {attempt.wait_s:.2f} s")
        if attempt.error:
            parts.append(attempt.error)
        log.debug("%s", ", ".join(parts))
    result = "succeeded"
    if call.cancelled:
        result = "cancelled"
    elif call.error is not None:
        result = f"failed with {type(call.error).__name__}"
    log.debug(
        "%s %s in %.1f ms, attempts: %d",
        call.operation,
        result,
        call.duration_s * 1000,
        len(call.attempts),
    )

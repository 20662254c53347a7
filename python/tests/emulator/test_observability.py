"""Tests the logger, `on_call` and OpenTelemetry with calls of the emulator."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from timeit import repeat
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from programs import BINARY

from scalekit._runtime import observers
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitBadRequestException,
    ScalekitNotFoundException,
)
from scalekit.observability import ObservedCall, instrument, on_call
from scalekit.testing import Emulator

GET = "OrganizationService.GetOrganization"
LOOKUP = "OrganizationService.GetOrganizationByExternalId"
SEED = {"organizations": [{"id": "org_1", "display_name": "Acme", "external_id": "ext_1"}]}
Method = Callable[..., Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with Emulator(seed=SEED, binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared: Emulator) -> Emulator:
    shared.reset()
    return shared


@pytest.fixture(params=["blocking", "async"])
def organizations(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Method]:
    """Calls a method of `client.organization` of the blocking or the async client."""
    if request.param == "blocking":
        with emulator.client() as client:
            yield lambda method, *args: getattr(client.organization, method)(*args)
        return

    def call(method: str, *arguments: Any) -> Any:
        async def main() -> Any:
            async with emulator.async_client() as client:
                return await getattr(client.organization, method)(*arguments)

        return asyncio.run(main())

    yield call


@pytest.fixture
def calls() -> Iterator[list[ObservedCall]]:
    seen: list[ObservedCall] = []
    remove = on_call(seen.append)
    yield seen
    remove()


class Exported:
    """The spans and metrics of one test."""

    def __init__(self) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meters = MeterProvider([self.reader], shutdown_on_exit=False)

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.exporter.get_finished_spans()
        return span

    @property
    def points(self) -> list[dict[str, Any]]:
        data = self.reader.get_metrics_data()
        assert data is not None
        (resource,) = json.loads(data.to_json())["resource_metrics"]
        ((metric,),) = (scope["metrics"] for scope in resource["scope_metrics"])
        assert (metric["name"], metric["unit"]) == ("rpc.client.call.duration", "s")
        points: list[dict[str, Any]] = metric["data"]["data_points"]
        return points


@pytest.fixture
def exported() -> Iterator[Exported]:
    exported = Exported()
    end = instrument(tracer_provider=exported.tracers, meter_provider=exported.meters)
    yield exported
    end()
    exported.meters.shutdown()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def requests(emulator: Emulator) -> list[Any]:
    return [request for request in emulator.requests() if request["operation"] == GET]


def test_a_repeated_call_is_logged(
    organizations: Method, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.fault(GET, status=503, retry_after="0", times=1)
    with caplog.at_level(logging.DEBUG, "scalekit"):
        organizations("get_organization", "org_1")
    first, second, call = caplog.messages
    ids = [request["request_id"] for request in requests(emulator)]
    assert first.startswith(f"{GET} attempt 1: 503 in ")
    assert re.search(rf"request {ids[0]}, retry in \d\.\d\d s, HTTP 503 ", first)
    assert second.startswith(f"{GET} attempt 2: 200 in ")
    assert second.endswith(f"request {ids[1]}")
    assert call.startswith(f"{GET} succeeded in ")
    assert call.endswith("attempts: 2")


def test_a_repeated_call_is_passed_to_functions(
    organizations: Method, emulator: Emulator, calls: list[ObservedCall]
) -> None:
    emulator.fault(GET, status=503, retry_after="0", times=1)
    organizations("get_organization", "org_1")
    (call,) = calls
    assert (call.operation, call.method, call.error) == (GET, "GET", None)
    assert f"http://{call.host}:{call.port}" == emulator.url
    assert [(attempt.number, attempt.status) for attempt in call.attempts] == [(1, 503), (2, 200)]
    assert call.attempts[0].wait_s is not None
    assert call.attempts[1].wait_s is None
    assert [attempt.request_id for attempt in call.attempts] == [
        request["request_id"] for request in requests(emulator)
    ]
    assert (call.status, call.request_id) == (200, call.attempts[1].request_id)
    assert call.duration_s >= sum(attempt.duration_s for attempt in call.attempts) > 0


def test_a_repeated_call_is_a_span_and_a_metric(
    organizations: Method, emulator: Emulator, exported: Exported
) -> None:
    emulator.fault(GET, status=503, retry_after="0", times=1)
    with exported.tracers.get_tracer("test").start_as_current_span("parent") as parent:
        organizations("get_organization", "org_1")
        context = parent.get_span_context()
        span = exported.span
    assert (span.name, span.kind, span.status.status_code) == (
        GET,
        SpanKind.CLIENT,
        StatusCode.UNSET,
    )
    assert span.parent is not None
    assert (span.parent.trace_id, span.parent.span_id) == (context.trace_id, context.span_id)
    host, port = emulator.url.removeprefix("http://").split(":")
    metric = {
        "rpc.system.name": "scalekit",
        "rpc.method": GET,
        "server.address": host,
        "server.port": int(port),
        "http.response.status_code": 200,
    }
    sent = requests(emulator)
    assert attributes(span) == {
        **metric,
        "http.request.method": "GET",
        "http.request.resend_count": 1,
        "scalekit.request_id": sent[1]["request_id"],
    }
    events = [dict(event.attributes or {}) for event in span.events]
    assert [event["http.response.status_code"] for event in events] == [503, 200]
    assert 0 <= events[0]["scalekit.wait"] < 1
    assert events[0]["error.message"]
    own = span.get_span_context()
    assert own is not None
    trace_parent = f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"
    assert [request["headers"]["traceparent"] for request in sent] == [trace_parent] * 2
    (point,) = exported.points
    assert (point["attributes"], point["count"]) == (metric, 1)
    assert 0 < point["sum"] < 10
    assert point["explicit_bounds"][:2] == [0.005, 0.01]


def test_a_failed_call(
    organizations: Method,
    exported: Exported,
    calls: list[ObservedCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.DEBUG, "scalekit"),
        pytest.raises(ScalekitNotFoundException) as raised,
    ):
        organizations("get_organization", "org_2")
    assert calls[0].error is raised.value
    assert (calls[0].status, calls[0].cancelled) == (404, False)
    assert exported.span.status.status_code is StatusCode.ERROR
    assert exported.span.status.description == str(raised.value)
    assert attributes(exported.span)["error.type"] == "ScalekitNotFoundException"
    assert exported.points[0]["attributes"]["error.type"] == "ScalekitNotFoundException"
    assert f"{GET} failed with ScalekitNotFoundException in " in caplog.messages[-1]


def test_a_call_that_is_not_sent(emulator: Emulator, calls: list[ObservedCall]) -> None:
    with emulator.client() as client, pytest.raises(ScalekitArgumentException) as raised:
        client.organization.get_organization("..")
    (call,) = calls
    assert (call.operation, call.method, call.host, call.attempts) == (GET, None, None, ())
    assert call.error is raised.value


def test_the_lookup_of_an_external_id_is_another_call(
    emulator: Emulator, calls: list[ObservedCall], exported: Exported
) -> None:
    with emulator.client() as client:
        client.organization.delete_organization_by_external_id("ext_1")
    assert [(call.operation, call.status) for call in calls] == [
        (LOOKUP, 200),
        ("OrganizationService.DeleteOrganization", 200),
    ]
    assert exported.span.name == "OrganizationService.DeleteOrganization"
    names = [(event.attributes or {})["rpc.method"] for event in exported.span.events]
    assert names == [call.operation for call in calls]
    assert len(exported.points) == 2


def test_a_cancelled_call(
    emulator: Emulator,
    exported: Exported,
    calls: list[ObservedCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    emulator.fault(GET, delay_ms=20_000)

    async def main() -> None:
        async with emulator.async_client() as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.organization.get_organization("org_1"), 0.3)

    with caplog.at_level(logging.DEBUG, "scalekit"):
        asyncio.run(main())
    (call,) = calls
    assert call.cancelled
    assert 0.1 < call.duration_s < 10
    assert attributes(exported.span)["error.type"] == "cancelled"
    assert exported.span.status.status_code is StatusCode.ERROR
    assert f"{GET} cancelled in " in caplog.messages[-1]


def test_no_secret_is_observed(
    organizations: Method,
    emulator: Emulator,
    exported: Exported,
    calls: list[ObservedCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    emulator.fault(GET, status=503, retry_after="0", times=1)
    with caplog.at_level(logging.DEBUG):
        organizations("get_organization", "org_1")
        with pytest.raises(ScalekitNotFoundException):
            organizations("get_organization", "org_2")
        with emulator.client() as client:
            token = client.get_client_access_token()
            emulator.fault(GET, status=400, body=f"{token} {emulator.client_secret}")
            with pytest.raises(ScalekitBadRequestException) as raised:
                client.organization.get_organization("org_1")
    spans = [span.to_json() for span in exported.exporter.get_finished_spans()]
    written = "\n".join([caplog.text, repr(calls), *spans, json.dumps(exported.points)])
    assert len(calls) == len(spans) == 3
    assert raised.value in [call.error for call in calls]
    for secret in (token, token.split(".")[-1], emulator.client_secret, "Bearer"):
        assert secret not in written


def test_exceptions_of_functions_do_not_change_the_result(
    organizations: Method, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(call: ObservedCall) -> None:
        raise ZeroDivisionError

    remove = on_call(fail)
    try:
        response, _ = organizations("get_organization", "org_1")
    finally:
        remove()
    assert response.organization.id == "org_1"
    assert caplog.messages == ["an observer of calls failed"]


def test_the_observation_ends(
    emulator: Emulator, calls: list[ObservedCall], exported: Exported
) -> None:
    again = Exported()
    end = instrument(tracer_provider=again.tracers, meter_provider=again.meters)
    seen: list[ObservedCall] = []
    on_call(seen.append)()
    with emulator.client() as client:
        client.organization.get_organization("org_1")
        end()
        client.organization.get_organization("org_1")
    again.meters.shutdown()
    assert (len(calls), len(seen)) == (2, 0)
    assert again.span.name == GET
    assert not exported.exporter.get_finished_spans()


def test_a_call_that_is_not_observed_costs_less_than_one_percent(emulator: Emulator) -> None:
    with emulator.client() as client:
        native = client.core_client._native.call
        client.organization.get_organization("org_1")
        call = min(repeat(lambda: client.organization.get_organization("org_1"), number=20)) / 20
        check = min(repeat(lambda: observers.caller(native), number=10_000)) / 10_000
        assert observers.caller(native) is native
    assert check < call / 100


PROGRAM = """
import sys
import scalekit
client = scalekit.ScalekitClient.from_env()
client.organization.get_organization("org_1")
print([name for name in ("logging", "opentelemetry", "scalekit.observability") if name in sys.modules])
"""


@pytest.mark.parametrize("setting", ["debug", None])
def test_the_variable_turns_the_log_on(emulator: Emulator, setting: str | None) -> None:
    environment = {**emulator.environment, **({"SCALEKIT_LOG": setting} if setting else {})}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    lines = result.stderr.splitlines()
    if setting is None:
        assert (lines, result.stdout) == ([], "[]\n")
        return
    assert len(lines) == 2
    assert f" scalekit DEBUG {GET} attempt 1: 200 in " in lines[0]
    assert "opentelemetry" not in result.stdout


def test_the_application_can_configure_the_log_later(emulator: Emulator) -> None:
    program = PROGRAM.replace("client.org", "import logging; logging.basicConfig()\nclient.org")
    environment = {**emulator.environment, "SCALEKIT_LOG": "debug"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert len(result.stderr.splitlines()) == 2, "each line is written once"

"""Tests blocking calls: results, the shared service token, threads, and Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Request, Response, StubServer

from scalekit import ScalekitArgumentException, ScalekitClient, StatusCode
from scalekit.v1.organizations.organizations_pb2 import (
    GetOrganizationRequest,
    GetOrganizationResponse,
)

PATH = "/api/v1/organizations/org_1"
RESPONSE = Response(body={"organization": {"id": "org_1"}}, headers={"X-Request-Id": "req_1"})


def test_a_method_returns_the_message_and_the_call(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)
    message, call = client.organization.get_organization("org_1")
    assert isinstance(message, GetOrganizationResponse)
    assert message.organization.id == "org_1"
    assert call.code() == StatusCode.OK
    assert (call.code().name, call.code().value) == ("OK", (0, "ok"))
    assert call.details() == ""
    assert dict(call.initial_metadata())["x-request-id"] == "req_1"
    assert call.initial_metadata()[0].key == call.initial_metadata()[0][0]
    assert call.trailing_metadata() == ()
    assert repr(call) == "<Call OK>"


def test_a_call_passes_the_functions_that_the_architecture_page_lists(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)
    client.organization.get_organization("org_1")
    called: list[str] = []

    def record(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and "scalekit" in Path(frame.f_code.co_filename).parts:
            called.append(frame.f_code.co_name)

    sys.setprofile(record)
    try:
        client.organization.get_organization("org_1")
    finally:
        sys.setprofile(None)
    way = ["get_organization", "__init__", "required", "set_text", "_call"]
    # Two functions check whether the call is observed. The last one creates the second result, from
    # the headers of the response.
    assert called == [*way, "caller", "logger", "__init__"]


def test_requests_have_the_documented_headers(client: ScalekitClient, server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    client.organization.get_organization("org_1")
    headers = server.requests[-1].headers
    assert headers["authorization"] == "Bearer token-1"
    assert headers["user-agent"] == client.core_client.user_agent
    assert headers["x-sdk-version"] == client.core_client.sdk_version
    assert headers["x-api-version"] == client.core_client.api_version == "20261012"


def test_sixteen_threads_with_an_expired_token_fetch_one_token(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)
    server.token_lifetime = 1
    client.organization.get_organization("org_1")
    time.sleep(1.2)
    server.token_lifetime = 3600
    barrier = threading.Barrier(16)

    def call(_: int) -> str:
        barrier.wait()
        return client.organization.get_organization("org_1")[0].organization.id

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(call, range(16))) == ["org_1"] * 16
    assert server.count("/oauth/token") == 2


def test_the_gil_is_released_during_calls(client: ScalekitClient, server: StubServer) -> None:
    together = threading.Barrier(8)

    def respond(_: Request) -> Response:
        together.wait(30)
        return RESPONSE

    server.on(PATH, respond)
    client.core_client.get_headers()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.organization.get_organization("org_1"), range(8)))
    assert server.count(PATH) == 8


def pages(request: Request) -> Response:
    first = int(request.query.get("page_token", ["0"])[0])
    items = [{"id": f"org_{number}"} for number in range(first, first + 2)]
    following = str(first + 2) if first < 4 else ""
    return Response(body={"organizations": items, "next_page_token": following, "total_size": 6})


def test_iterators_fetch_pages_lazily_and_stop(client: ScalekitClient, server: StubServer) -> None:
    server.on("/api/v1/organizations", pages)
    found = client.organization.iter_organizations(page_size=2)
    assert server.count("/api/v1/organizations") == 0
    assert next(found).id == "org_0"
    assert server.count("/api/v1/organizations") == 1
    assert [item.id for item in found] == [f"org_{number}" for number in range(1, 6)]
    assert server.count("/api/v1/organizations") == 3


def test_iterators_stop_at_a_repeated_page_token(
    client: ScalekitClient, server: StubServer
) -> None:
    page = {"organizations": [{"id": "org_0"}], "next_page_token": "same"}
    server.on("/api/v1/organizations", Response(body=page))
    assert len(list(client.organization.iter_organizations())) == 2

    def there_and_back(request: Request) -> Response:
        following = "b" if request.query.get("page_token") == ["a"] else "a"
        return Response(body={"organizations": [{"id": "org_0"}], "next_page_token": following})

    server.on("/api/v1/organizations", there_and_back)
    assert len(list(client.organization.iter_organizations())) == 3


def test_grpc_exec_calls_operations_by_name(client: ScalekitClient, server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    request = GetOrganizationRequest(id="org_1")
    message, call = client.core_client.grpc_exec(
        "OrganizationService.GetOrganization", request, timeout=5
    )
    assert message == GetOrganizationResponse(organization={"id": "org_1"})
    assert call.code() == StatusCode.OK
    with pytest.raises(ScalekitArgumentException, match="there is no operation"):
        client.core_client.grpc_exec("OrganizationService.Abolish", request)
    with pytest.raises(ScalekitArgumentException, match="timeout"):
        client.core_client.grpc_exec("OrganizationService.GetOrganization", request, timeout=0)


def test_grpc_exec_needs_only_the_module_of_the_request(server: StubServer) -> None:
    server.on("/api/v1/tokens:invalidate", Response(body={}))
    code = f"""
from scalekit import ScalekitClient
from scalekit.v1.tokens.tokens_pb2 import InvalidateTokenRequest
client = ScalekitClient({server.url!r}, {CLIENT_ID!r}, {CLIENT_SECRET!r})
request = InvalidateTokenRequest(token="t")
message, _ = client.core_client.grpc_exec("ApiTokenService.InvalidateToken", request)
print(message.DESCRIPTOR.full_name)
"""
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output == "google.protobuf.Empty\n"


def test_a_context_closes_the_client(server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    with ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET) as client:
        assert client.organization is client.organization
        client.organization.get_organization("org_1")
    with pytest.raises(AttributeError, match="no attribute 'organisation'"):
        _ = client.organisation  # type: ignore[attr-defined]


def test_ctrl_c_interrupts_a_hanging_call(server: StubServer) -> None:
    server.hang(PATH)
    # A background job of a shell ignores Ctrl-C, and so would this program.
    code = f"""
import signal
from scalekit import ScalekitClient
signal.signal(signal.SIGINT, signal.default_int_handler)
client = ScalekitClient({server.url!r}, {CLIENT_ID!r}, {CLIENT_SECRET!r})
client.core_client.get_headers()
try:
    client.organization.get_organization("org_1")
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        wait_for(lambda: server.count(PATH) == 1)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert output == "interrupted\n"
    assert server.dropped.acquire(timeout=5)


def test_a_signal_handler_can_make_calls_during_a_call(
    client: ScalekitClient, server: StubServer
) -> None:
    other = "/api/v1/organizations/org_2"
    server.on(other, RESPONSE)
    server.on(PATH, lambda _: time.sleep(0.5) or RESPONSE)
    seen: list[Any] = []

    def handler(*_: object) -> None:
        seen.append(client.organization.get_organization("org_2")[0].organization.id)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        assert client.organization.get_organization("org_1")[0].organization.id == "org_1"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen == ["org_1"]


def wait_for(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)

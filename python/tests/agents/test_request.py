"""``client.actions.request`` against the emulator, blocking and async."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from recorded_actions import RecordedActions
from recorder import RecordedResponse

from scalekit.actions.response import ProxyResponse
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitCancelledException,
    ScalekitGatewayTimeoutException,
    ScalekitServerException,
    ScalekitTooManyRequestsException,
    ScalekitUnauthorizedException,
    ScalekitUnknownException,
)
from scalekit.testing import Emulator

Request = Callable[..., ProxyResponse]

ACCOUNT = {"connection_name": "gmail", "identifier": "ada"}
PATH = {**ACCOUNT, "path": "/v1/items"}


def script(server: Emulator, **response: Any) -> None:
    server.admin("POST", "proxy-responses", response)


@pytest.mark.parametrize("method", ["GET", "post", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    ("body", "text", "content_type"),
    [
        ({}, "", None),
        ({"body": {"a": "ü", "b": 2**70}}, '{"a":"ü","b":1180591620717411303424}', "json"),
        ({"json": []}, "[]", "json"),
        ({"form_data": {"a b": ["1", 2], "c": None, "d": True}}, "a+b=1&a+b=2&d=true", "form"),
        ({"data": [("a", "1"), ("a", "2")]}, "a=1&a=2", "form"),
        ({"raw_body": b"\x00a"}, "\x00a", None),
        ({"raw_body": bytearray(b"")}, "", None),
        ({"raw_body": "ü", "headers": {"Content-Type": "text/csv"}}, "ü", "text/csv"),
        ({"body": 1, "headers": {"content-type": "a/b"}}, "1", "a/b"),
    ],
)
def test_every_method_sends_every_body(
    method: str, body: dict[str, Any], text: str, content_type: str | None, request_of: Request
) -> None:
    described = request_of(**PATH, method=method, **body).json()
    types = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
    assert described["method"] == method.upper()
    assert described["path"] == "/v1/items"
    assert described["body"] == text
    expected = types.get(content_type or "", content_type)
    assert described["headers"].get("content-type") == expected


def test_query_and_headers_are_sent(request_of: Request) -> None:
    described = request_of(
        "gmail",
        "ada",
        "v1/items?a=1",
        params={"b": [1, "ü"], "c": None, "d": False},
        headers={"X-Trace": "7", "accept": "image/png"},
    ).json()
    assert described["query"] == "a=1&b=1&b=%C3%BC&d=false"
    headers = described["headers"]
    assert (headers["x-trace"], headers["accept"]) == ("7", "image/png")
    assert (headers["connection_name"], headers["identifier"]) == ("gmail", "ada")
    assert request_of("gmail", "Zoë 李", "/v1").json()["headers"]["identifier"] == "Zoë 李"


@pytest.mark.parametrize("status", [204, 302, 307, 400, 401, 403, 404, 418, 429, 500, 503])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_status_is_returned_and_the_request_sent_once(
    status: int, method: str, request_of: Request, server: Emulator
) -> None:
    headers = {"location": "/proxy/elsewhere", "retry-after": "0"}
    script(server, path="/v1/items", status=status, headers=headers)
    response = request_of(**PATH, method=method)
    assert response.status_code == status
    assert response.headers["Location"] == "/proxy/elsewhere"
    assert (response.ok, bool(response)) == (status < 400, status < 400)
    assert len(server.requests(operation="proxy")) == 1
    if status < 400:
        assert response.raise_for_status() is response
        return
    with pytest.raises(ScalekitServerException, match=f"responded with {status}") as caught:
        response.raise_for_status()
    assert caught.value.http_status == status


def test_the_response_has_the_attributes_of_requests(request_of: Request, server: Emulator) -> None:
    script(
        server,
        path="/v1/items",
        body="Zoë",
        headers={"content-type": "text/plain; charset=utf-8", "x-a": "1"},
    )
    response = request_of(**PATH)
    assert (response.status_code, response.reason, response.ok) == (200, "OK", True)
    assert response.url == f"{server.url}/proxy/v1/items"
    assert (response.text, response.encoding) == ("Zoë", "utf-8")
    assert response.content == "Zoë".encode()
    assert response.headers["X-A"] == response.headers["x-a"] == "1"
    assert "X-A" in response.headers
    assert response.headers.get("missing") is None
    assert timedelta() < response.elapsed < timedelta(seconds=30)
    assert list(response.iter_content(2)) == [b"Zo", "ë".encode()]
    assert b"".join(response.iter_bytes()) == response.content
    with response as same:
        assert same is response
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()
    assert repr(response) == "<ProxyResponse [200]>"
    with pytest.raises(ScalekitArgumentException, match="chunk_size"):
        response.iter_content(0)


def test_binary_bodies_are_unchanged(request_of: Request, server: Emulator) -> None:
    script(server, path="/v1/items", base64="AP+AiQoNAA==")
    assert request_of(**PATH).content == b"\x00\xff\x80\x89\n\r\x00"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"connection_name": ""}, "connection_name must not be empty"),
        ({"identifier": ""}, "identifier must not be empty"),
        ({"identifier": " ada"}, "identifier must not start or end with white space"),
        ({"identifier": "a\nb"}, "identifier must not contain control characters"),
        ({"path": ""}, "path must not be empty"),
        ({"path": "/../oauth/token"}, "path must not contain the segments"),
        ({"path": "/%2e%2E/oauth/token"}, "path must not contain the segments"),
        ({"path": "https://gmail.googleapis.com/a"}, "path must not be a URL"),
        ({"path": 5}, "path must be a str, not int"),
        ({"method": "GE T"}, "method must be an HTTP method"),
        ({"method": "TRACE"}, "method TRACE is not supported"),
        ({"headers": {"Authorization": "x"}}, "the client sets this header itself"),
        ({"headers": {"Connection_Name": "x"}}, "the client sets this header itself"),
        ({"headers": {"IDENTIFIER": "eve"}}, "the client sets this header itself"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "the client sets this header itself"),
        ({"headers": {"x-a": "1\r\nidentifier: eve"}}, "characters that headers cannot contain"),
        ({"headers": [("a", "b")]}, "headers must be a dict, not list"),
        ({"query_params": "a=1"}, "query_params must be a dict, not str"),
        ({"form_data": b"a=1"}, "form_data must be a dict, not bytes"),
        ({"body": 1, "form_data": {}}, "pass only one of body and form_data"),
        ({"body": {"a": {1}}}, "body must contain only JSON values"),
        ({"body": float("nan")}, "body must contain only JSON values"),
        ({"raw_body": 5}, "raw_body must be bytes or str, not int"),
        ({"body": 1, "json": 2}, "body and json are the same"),
        ({"params": {}, "query_params": {}}, "query_params and params are the same"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": (3, 5)}, "timeout"),
        ({"allow_redirects": True}, "allow_redirects"),
    ],
)
def test_invalid_arguments_send_nothing(
    arguments: dict[str, Any], error: str, request_of: Request, server: Emulator
) -> None:
    with pytest.raises(ScalekitArgumentException, match=error):
        request_of(**{**PATH, **arguments})
    assert server.requests(operation="proxy") == []


def test_raise_for_status_accepts_a_new_authorization(
    request_of: Request, server: Emulator
) -> None:
    script(server, path="/v1/items", status=401)
    with pytest.raises(ScalekitUnauthorizedException) as caught:
        request_of(**PATH).raise_for_status()
    with server.client() as client:
        assert client.actions.get_authorization_link_for(caught.value).link
    response = RecordedResponse(status=799)
    with pytest.raises(ScalekitUnknownException):
        ProxyResponse(response, b"", url="", elapsed=0, account={}).raise_for_status()  # type: ignore[arg-type]
    script(server, path="/limited", status=429)
    with pytest.raises(ScalekitTooManyRequestsException):
        request_of("gmail", "ada", "/limited").raise_for_status()


def test_an_error_of_the_service_is_a_response_too(request_of: Request) -> None:
    response = request_of("gmail", "nobody", "/v1/items")
    assert response.status_code == 404
    assert "message" in response.json()


def test_the_timeout_includes_the_body(request_of: Request, server: Emulator) -> None:
    script(server, path="/slow", delay_ms=5000)
    script(server, path="/drip", body="0123456789", chunk_bytes=1, chunk_delay_ms=500)
    for path in ("/slow", "/drip"):
        with pytest.raises(ScalekitGatewayTimeoutException) as caught:
            request_of("gmail", "ada", path, timeout=0.3)
        assert caught.value.operation == "proxy"


def test_a_streamed_body_is_read_on_demand(server: Emulator) -> None:
    script(server, path="/drip", body="0123456789", chunk_bytes=5, chunk_delay_ms=50)
    with server.client() as client:
        with client.actions.request("gmail", "ada", "/drip", stream=True) as response:
            assert b"".join(response) == b"0123456789"
            with pytest.raises(RuntimeError, match="already read"):
                _ = response.content
        response = client.actions.request("gmail", "ada", "/drip", stream=True)
        assert list(response.iter_bytes(4)) == [b"0123", b"4567", b"89"]
        response = client.actions.request("gmail", "ada", "/drip", stream=True)
        assert (response.text, response.content) == ("0123456789", b"0123456789")
        response = client.actions.request("gmail", "ada", "/drip", stream=True, timeout=5)
        assert next(response.iter_bytes())
        response.close()
        with pytest.raises(RuntimeError, match="blocking client"):
            asyncio.run(response.aread())


def test_a_streamed_body_is_read_on_demand_by_an_event_loop(server: Emulator) -> None:
    script(server, path="/drip", body="0123456789", chunk_bytes=5, chunk_delay_ms=50)

    async def main() -> None:
        client = server.async_client()
        async with await client.actions.request("gmail", "ada", "/drip", stream=True) as response:
            with pytest.raises(RuntimeError, match=r"await response.aread\(\)"):
                _ = response.content
            with pytest.raises(RuntimeError, match="aiter_bytes"):
                list(response.iter_bytes())
            assert await response.aread() == b"0123456789"
            assert response.text == "0123456789"
            assert [piece async for piece in response.aiter_bytes(6)] == [b"012345", b"6789"]
        response = await client.actions.request("gmail", "ada", "/drip", stream=True)
        assert [piece async for piece in response.aiter_bytes(4)] == [b"0123", b"4567", b"89"]
        with pytest.raises(RuntimeError, match="already read"):
            await response.aread()
        response = await client.actions.request("gmail", "ada", "/drip", stream=True)
        await response.aclose()
        assert await response.aread() == b""
        client.close()

    asyncio.run(main())


def test_a_cancelled_request_does_not_block(server: Emulator) -> None:
    script(server, path="/slow", delay_ms=20_000)

    async def main() -> None:
        async with server.async_client() as client:
            task = asyncio.create_task(client.actions.request("gmail", "ada", "/slow"))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.actions.request(**PATH)).ok

    started = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - started < 10


def test_a_closed_client_sends_nothing(server: Emulator) -> None:
    client = server.client()
    client.close()
    with pytest.raises(ScalekitCancelledException):
        client.actions.request(**PATH)


def test_several_streams_do_not_block_each_other(server: Emulator) -> None:
    script(server, path="/files/*", size=1_000_000)
    with server.client() as client:
        streams = [
            client.actions.request("gmail", "ada", f"/files/{number}", stream=True).iter_bytes(
                65536
            )
            for number in range(8)
        ]
        sizes = [0] * len(streams)
        for pieces in zip(*streams, strict=True):
            sizes = [size + len(piece) for size, piece in zip(sizes, pieces, strict=True)]
        assert sizes == [1_000_000] * 8


MEMORY = """
import asyncio, os, resource, sys
from scalekit import AsyncScalekitClient, ScalekitClient

def used():
    # The peak since the start of the program, in KiB.
    if not os.path.exists("/proc/self/status"):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    # On Linux, ru_maxrss includes the peak of the parent.
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

url, client_id, secret, kind = sys.argv[1:]

def read():
    client = ScalekitClient(url, client_id, secret)
    client.actions.request("gmail", "ada", "/v1/items")
    before = used()
    with client.actions.request("gmail", "ada", "/files/1", stream=True) as response:
        size = sum(map(len, response.iter_bytes()))
    return size, used() - before

async def aread():
    client = AsyncScalekitClient(url, client_id, secret)
    await client.actions.request("gmail", "ada", "/v1/items")
    before, size = used(), 0
    async with await client.actions.request("gmail", "ada", "/files/1", stream=True) as response:
        async for piece in response.aiter_bytes():
            size += len(piece)
    return size, used() - before

print(*(read() if kind == "sync" else asyncio.run(aread())))
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_stream_of_100_mb_needs_little_memory(kind: str, server: Emulator) -> None:
    script(server, path="/files/*", size=100_000_000)
    with server.client() as client:
        url, client_id = client.env_url, client.core_client.client_id
    secret = server.environment["SCALEKIT_CLIENT_SECRET"]
    program = [sys.executable, "-c", textwrap.dedent(MEMORY), url, client_id, secret, kind]
    output = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    size, kib = map(int, output.split())
    assert size == 100_000_000
    assert kib < 16 * 1024


def test_a_large_body_must_be_streamed(server: Emulator) -> None:
    script(server, path="/files/*", size=70_000_000)
    with (
        server.client() as client,
        pytest.raises(ScalekitServerException, match="larger than 64 MiB"),
    ):
        client.actions.request("gmail", "ada", "/files/1")


def test_the_signature_is_documented(recorded: RecordedActions) -> None:
    names = list(inspect.signature(recorded.actions.request).parameters)
    documented = (
        "connection_name identifier path method query_params body form_data raw_body headers"
    )
    assert names == [*documented.split(), "timeout", "stream", "params", "json", "data"]

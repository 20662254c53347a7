"""Tests the async client: concurrent calls, cancellation, several event loops."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Request, Response, StubServer

from scalekit import (
    AsyncScalekitClient,
    ScalekitArgumentException,
    ScalekitCancelledException,
    ScalekitNotFoundException,
    StatusCode,
)
from scalekit.v1.organizations.organizations_pb2 import (
    GetOrganizationRequest,
    GetOrganizationResponse,
)

PATH = "/api/v1/organizations/org_1"
RESPONSE = Response(body={"organization": {"id": "org_1"}})


def test_the_async_client_has_the_same_results_as_the_blocking_client(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)

    async def check() -> None:
        message, call = await async_client.organization.get_organization("org_1")
        assert isinstance(message, GetOrganizationResponse)
        assert message.organization.id == "org_1"
        assert call.code() == StatusCode.OK
        request = GetOrganizationRequest(id="org_1")
        message_by_name, _ = await async_client.core_client.grpc_exec(
            "OrganizationService.GetOrganization", request, timeout=5
        )
        assert message_by_name == message
        with pytest.raises(ScalekitNotFoundException) as caught:
            await async_client.organization.get_organization("org_2")
        assert caught.value.operation == "OrganizationService.GetOrganization"
        with pytest.raises(ScalekitArgumentException):
            await async_client.organization.get_organization(5)  # type: ignore[arg-type]
        with pytest.raises(ScalekitArgumentException, match="there is no operation"):
            await async_client.core_client.grpc_exec("X.Y", request)

    asyncio.run(check())


def test_the_event_loop_runs_while_five_hundred_calls_wait(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    release = threading.Event()

    def respond(_: Request) -> Response:
        assert release.wait(30)
        return RESPONSE

    server.on(PATH, respond)

    async def check() -> None:
        calls = asyncio.gather(
            *(async_client.organization.get_organization("org_1") for _ in range(500))
        )
        while server.count(PATH) == 0:
            await asyncio.sleep(0.001)
        # Until here, no call could end. If a call blocked the loop, it would time out.
        release.set()
        assert [message.organization.id for message, _ in await calls] == ["org_1"] * 500

    asyncio.run(check())
    assert server.count("/oauth/token") == 1


def test_cancellation_drops_the_request(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    server.hang(PATH)

    async def check() -> None:
        call = asyncio.ensure_future(async_client.organization.get_organization("org_1"))
        while not server.count(PATH):
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(server.dropped.acquire, timeout=5)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(async_client.organization.get_organization("org_1"), 0.1)
        assert await asyncio.to_thread(server.dropped.acquire, timeout=5)

    asyncio.run(check())


def test_a_loop_that_ends_early_drops_its_requests(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    server.hang(PATH)

    async def leave() -> None:
        task = asyncio.ensure_future(async_client.organization.get_organization("org_1"))
        while not server.count(PATH):
            await asyncio.sleep(0.01)
        assert not task.done()

    asyncio.run(leave())
    assert server.dropped.acquire(timeout=5)


def test_a_client_can_be_used_on_several_loops(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)

    async def call() -> str:
        results = await asyncio.gather(
            *(async_client.organization.get_organization("org_1") for _ in range(3))
        )
        return results[-1][0].organization.id

    async def in_threads() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(asyncio.run, call()) for _ in range(4)))

    assert [asyncio.run(call()) for _ in range(3)] == ["org_1"] * 3
    assert asyncio.run(in_threads()) == ["org_1"] * 4


def test_async_iterators_yield_the_items_of_all_pages(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    def pages(request: Request) -> Response:
        last = "page_token" in request.query
        rows = [{"id": "org_2"}] if last else [{"id": "org_0"}, {"id": "org_1"}]
        return Response(body={"organizations": rows, "next_page_token": "" if last else "more"})

    server.on("/api/v1/organizations", pages)

    async def check() -> list[str]:
        items: AsyncIterator[Any] = async_client.organization.iter_organizations(page_size=2)
        return [item.id async for item in items]

    assert asyncio.run(check()) == ["org_0", "org_1", "org_2"]


def test_a_method_with_two_calls_stops_after_a_failed_check(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    server.on(
        "/api/v1/resources/res_1/clients/skc_2", Response(body={"client": {"resource_id": "res_2"}})
    )

    async def check() -> None:
        with pytest.raises(ScalekitArgumentException, match="does not belong"):
            await async_client.resources.delete_resource_client("res_1", "skc_2")

    asyncio.run(check())
    assert [request.method for request in server.requests if request.path.startswith("/api")] == [
        "GET"
    ]


def test_an_async_context_closes_the_client(server: StubServer) -> None:
    server.on(PATH, RESPONSE)

    async def check() -> None:
        async with AsyncScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET) as client:
            await client.organization.get_organization("org_1")
        with pytest.raises(ScalekitCancelledException, match="closed"):
            await client.organization.get_organization("org_1")
        await client.aclose()

    asyncio.run(check())


def test_calls_do_not_leak_objects(async_client: AsyncScalekitClient, server: StubServer) -> None:
    server.on(PATH, RESPONSE)

    async def check() -> int:
        for _ in range(200):
            await async_client.organization.get_organization("org_1")
        server.requests.clear()
        gc.collect()
        return len(gc.get_objects())

    asyncio.run(check())
    before, after = asyncio.run(check()), asyncio.run(check())
    assert after - before < 100

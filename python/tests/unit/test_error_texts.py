"""Tests the text of server exceptions, which applications search for statuses and for "timeout"."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

from scalekit import AsyncScalekitClient, ScalekitClient, ScalekitGatewayTimeoutException
from scalekit.common.exceptions import (
    GRPC_TO_HTTP,
    HTTP_STATUS,
    ScalekitServerException,
    StatusCode,
)

PATH = "/api/v1/organizations/org_1"


@pytest.mark.parametrize("code", [code for code in StatusCode if code is not StatusCode.OK])
def test_the_text_contains_the_http_and_the_grpc_status(code: StatusCode) -> None:
    status = GRPC_TO_HTTP[code]
    text = str(
        ScalekitServerException("why", http_status=status, grpc_status=code, operation="X.Y")
    )
    names = code.name if code.name == status.name else f"{status.name} ({code.name})"
    assert text == f"X.Y: {int(status)} {names}: why"


def test_an_unnamed_http_status_is_shown_with_the_grpc_status() -> None:
    error = ScalekitServerException("why", http_status=299, grpc_status=StatusCode.UNKNOWN)
    assert str(error) == "299 UNKNOWN: why"


@pytest.mark.parametrize(
    ("status", "name"), [(400, "BAD_REQUEST"), (409, "CONFLICT"), (504, "GATEWAY_TIMEOUT")]
)
def test_applications_find_the_status_of_a_response(
    server: StubServer, status: int, name: str
) -> None:
    server.on(PATH, Response(status, {"message": "no"}))
    with (
        ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, max_retries=0) as client,
        pytest.raises(ScalekitServerException) as caught,
    ):
        client.organization.get_organization("org_1")
    assert f"{status} {name}" in str(caught.value)


def test_the_text_of_a_passed_deadline_contains_timeout(server: StubServer) -> None:
    server.hang(PATH)
    with (
        ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, call_timeout_s=0.2) as client,
        pytest.raises(ScalekitGatewayTimeoutException) as caught,
    ):
        client.organization.get_organization("org_1")
    assert "504 GATEWAY_TIMEOUT (DEADLINE_EXCEEDED): timeout: " in str(caught.value)
    assert "timeout" in caught.value.message

    async def wait() -> None:
        async with AsyncScalekitClient(
            server.url, CLIENT_ID, CLIENT_SECRET, call_timeout_s=0.2
        ) as client:
            await client.organization.get_organization("org_1")

    with pytest.raises(ScalekitGatewayTimeoutException, match="timeout: "):
        asyncio.run(wait())


def test_http_status_maps_names_to_statuses() -> None:
    assert HTTP_STATUS["BAD_REQUEST"] is HTTPStatus.BAD_REQUEST
    assert sorted(HTTP_STATUS) == [
        "BAD_REQUEST",
        "CONFLICT",
        "FORBIDDEN",
        "GATEWAY_TIMEOUT",
        "INTERNAL_SERVER_ERROR",
        "NOT_FOUND",
        "NOT_IMPLEMENTED",
        "OK",
        "SERVICE_UNAVAILABLE",
        "TOO_MANY_REQUESTS",
        "UNAUTHORIZED",
    ]
    assert all(status.name == name for name, status in HTTP_STATUS.items())

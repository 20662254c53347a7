"""Tests that a token rejected by the service raises the exception of a failed validation."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit.common import exceptions
from scalekit.common.exceptions import (
    ScalekitException,
    ScalekitServerException,
    ScalekitValidateTokenFailureException,
    StatusCode,
)

ErrorInfo = Callable[..., dict[str, Any]]

VALIDATE, UPDATE = "/api/v1/tokens:validate", "/api/v1/tokens:update"
REJECTIONS = [
    ("INVALID_ARGUMENT", 400, "ScalekitBadRequestException"),
    ("UNAUTHENTICATED", 401, "ScalekitUnauthorizedException"),
    ("PERMISSION_DENIED", 403, "ScalekitForbiddenException"),
    ("NOT_FOUND", 404, "ScalekitNotFoundException"),
]
OTHERS = [
    ("RESOURCE_EXHAUSTED", 429),
    ("INTERNAL", 500),
    ("UNIMPLEMENTED", 501),
    ("UNAVAILABLE", 503),
]
SYNC_AND_ASYNC = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def failure(
    server: StubServer, is_async: bool, method: str, *arguments: Any, **more: Any
) -> ScalekitException:
    """Returns the exception of a method of `tokens`, called without retries."""
    options: dict[str, Any] = {"max_retries": 0, "call_timeout_s": 10}

    def call() -> None:
        with ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, **options) as client:
            getattr(client.tokens, method)(*arguments, **more)

    async def wait() -> None:
        async with AsyncScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, **options) as client:
            await getattr(client.tokens, method)(*arguments, **more)

    with pytest.raises(ScalekitException) as caught:
        asyncio.run(wait()) if is_async else call()
    return caught.value


def rejection(error_info: ErrorInfo, code: str, status: int) -> Response:
    more = {"request_info": {"request_id": "req_1"}}
    return Response(
        status, error_info(StatusCode[code].value[0], "no such token", "TOKEN_REJECTED", **more)
    )


@SYNC_AND_ASYNC
@pytest.mark.parametrize(("code", "status", "name"), REJECTIONS)
def test_a_rejected_token_is_a_failed_validation(
    server: StubServer, error_info: ErrorInfo, code: str, status: int, name: str, is_async: bool
) -> None:
    response = rejection(error_info, code, status)
    server.on(VALIDATE, response)
    error = failure(server, is_async, "validate_token", "tok_1")
    assert type(error) is ScalekitValidateTokenFailureException
    cause = error.__cause__
    assert type(cause) is getattr(exceptions, name)
    for exception in (error, cause, pickle.loads(pickle.dumps(error))):
        assert (exception.http_status, exception.grpc_status, exception.error_code) == (
            status,
            StatusCode[code],
            "TOKEN_REJECTED",
        )
        assert exception.err_details == [
            {
                "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
                "error_code": "TOKEN_REJECTED",
                "request_info": {"request_id": "req_1"},
            }
        ]
        assert (exception.message, exception.request_id) == ("no such token", "req_1")
        assert exception.operation == "ApiTokenService.ValidateToken"
    assert str(error) == str(cause)


@SYNC_AND_ASYNC
@pytest.mark.parametrize(("code", "status"), OTHERS)
def test_a_failing_service_is_not_a_failed_validation(
    server: StubServer, error_info: ErrorInfo, code: str, status: int, is_async: bool
) -> None:
    server.on(VALIDATE, rejection(error_info, code, status))
    error = failure(server, is_async, "validate_token", "tok_1")
    assert isinstance(error, ScalekitServerException)
    assert error.http_status == status


@SYNC_AND_ASYNC
def test_updating_an_unknown_token_is_a_failed_validation(
    server: StubServer, error_info: ErrorInfo, is_async: bool
) -> None:
    unknown = rejection(error_info, "NOT_FOUND", 404)
    server.on(VALIDATE, unknown)
    error = failure(server, is_async, "update_token", "tok_1", custom_claims={"plan": "x"})
    assert type(error) is ScalekitValidateTokenFailureException
    assert error.http_status == 404
    assert server.count(UPDATE) == 0
    server.on(UPDATE, unknown)
    error = failure(server, is_async, "update_token", "tok_1", description="new")
    assert type(error) is ScalekitValidateTokenFailureException
    assert error.operation == "ApiTokenService.UpdateToken"


@SYNC_AND_ASYNC
def test_other_errors_of_an_update_are_not_validation_failures(
    server: StubServer, error_info: ErrorInfo, is_async: bool
) -> None:
    server.on(UPDATE, rejection(error_info, "INVALID_ARGUMENT", 400))
    error = failure(server, is_async, "update_token", "tok_1", description="new")
    assert type(error) is exceptions.ScalekitBadRequestException


def test_the_exception_of_a_local_validation_has_no_status(client: ScalekitClient) -> None:
    with pytest.raises(ScalekitValidateTokenFailureException) as caught:
        client.validate_token("no.jwt.here")
    error = caught.value
    assert (error.http_status, error.grpc_status, error.error_code, error.err_details) == (
        None,
    ) * 4
    assert str(error).startswith(f"{error.operation}: ")

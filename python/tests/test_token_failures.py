"""A token that the service refuses is a failed validation with the fields of the service's error."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Reply, StubServer

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
REFUSALS = [
    ("INVALID_ARGUMENT", 400, "ScalekitBadRequestException"),
    ("UNAUTHENTICATED", 401, "ScalekitUnauthorizedException"),
    ("PERMISSION_DENIED", 403, "ScalekitForbiddenException"),
    ("NOT_FOUND", 404, "ScalekitNotFoundException"),
]
OTHERS = [("RESOURCE_EXHAUSTED", 429), ("INTERNAL", 500), ("UNIMPLEMENTED", 501), ("UNAVAILABLE", 503)]
BOTH = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def failure(
    server: StubServer, is_async: bool, method: str, *arguments: Any, **more: Any
) -> ScalekitException:
    """The exception of a method of `tokens`; the client tries once only."""
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


def refusal(error_info: ErrorInfo, code: str, status: int) -> Reply:
    more = {"request_info": {"request_id": "req_1"}}
    return Reply(status, error_info(StatusCode[code].value[0], "no such token", "TOKEN_REFUSED", **more))


@BOTH
@pytest.mark.parametrize(("code", "status", "name"), REFUSALS)
def test_a_refused_token_is_a_failed_validation(
    server: StubServer, error_info: ErrorInfo, code: str, status: int, name: str, is_async: bool
) -> None:
    reply = refusal(error_info, code, status)
    server.on(VALIDATE, reply)
    error = failure(server, is_async, "validate_token", "tok_1")
    assert type(error) is ScalekitValidateTokenFailureException
    cause = error.__cause__
    assert type(cause) is getattr(exceptions, name)
    for one in (error, cause, pickle.loads(pickle.dumps(error))):
        assert (one.http_status, one.grpc_status, one.error_code) == (
            status,
            StatusCode[code],
            "TOKEN_REFUSED",
        )
        assert one.err_details == [
            {
                "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
                "error_code": "TOKEN_REFUSED",
                "request_info": {"request_id": "req_1"},
            }
        ]
        assert (one.message, one.request_id) == ("no such token", "req_1")
        assert one.operation == "ApiTokenService.ValidateToken"
    assert str(error) == str(cause)


@BOTH
@pytest.mark.parametrize(("code", "status"), OTHERS)
def test_a_failing_service_is_not_a_failed_validation(
    server: StubServer, error_info: ErrorInfo, code: str, status: int, is_async: bool
) -> None:
    server.on(VALIDATE, refusal(error_info, code, status))
    error = failure(server, is_async, "validate_token", "tok_1")
    assert isinstance(error, ScalekitServerException)
    assert error.http_status == status


@BOTH
def test_updating_an_unknown_token_is_a_failed_validation(
    server: StubServer, error_info: ErrorInfo, is_async: bool
) -> None:
    unknown = refusal(error_info, "NOT_FOUND", 404)
    server.on(VALIDATE, unknown)
    error = failure(server, is_async, "update_token", "tok_1", custom_claims={"plan": "x"})
    assert type(error) is ScalekitValidateTokenFailureException
    assert error.http_status == 404
    assert server.count(UPDATE) == 0
    server.on(UPDATE, unknown)
    error = failure(server, is_async, "update_token", "tok_1", description="new")
    assert type(error) is ScalekitValidateTokenFailureException
    assert error.operation == "ApiTokenService.UpdateToken"


@BOTH
def test_other_refusals_of_an_update_stay_what_they_are(
    server: StubServer, error_info: ErrorInfo, is_async: bool
) -> None:
    server.on(UPDATE, refusal(error_info, "INVALID_ARGUMENT", 400))
    error = failure(server, is_async, "update_token", "tok_1", description="new")
    assert type(error) is exceptions.ScalekitBadRequestException


def test_a_token_that_is_validated_without_the_service_has_no_status(client: ScalekitClient) -> None:
    with pytest.raises(ScalekitValidateTokenFailureException) as caught:
        client.validate_token("no.jwt.here")
    error = caught.value
    assert (error.http_status, error.grpc_status, error.error_code, error.err_details) == (None,) * 4
    assert str(error).startswith(f"{error.operation}: ")

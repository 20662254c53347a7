"""Tests the exceptions for failed calls."""

from __future__ import annotations

import pickle
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

from scalekit import ScalekitClient, ScalekitServerException
from scalekit.common import exceptions
from scalekit.common.exceptions import StatusCode
from scalekit.v1.connections.connections_pb2 import CreateConnection

PATH = "/api/v1/organizations/org_1"
OPERATION = "OrganizationService.GetOrganization"
ErrorInfo = Callable[..., dict[str, Any]]

CODES = [
    ("INVALID_ARGUMENT", 400, "ScalekitBadRequestException"),
    ("FAILED_PRECONDITION", 400, "ScalekitBadRequestException"),
    ("OUT_OF_RANGE", 400, "ScalekitBadRequestException"),
    ("UNAUTHENTICATED", 401, "ScalekitUnauthorizedException"),
    ("PERMISSION_DENIED", 403, "ScalekitForbiddenException"),
    ("NOT_FOUND", 404, "ScalekitNotFoundException"),
    ("ALREADY_EXISTS", 409, "ScalekitConflictException"),
    ("ABORTED", 409, "ScalekitConflictException"),
    ("RESOURCE_EXHAUSTED", 429, "ScalekitTooManyRequestsException"),
    ("CANCELLED", 499, "ScalekitCancelledException"),
    ("UNKNOWN", 500, "ScalekitInternalServerException"),
    ("INTERNAL", 500, "ScalekitInternalServerException"),
    ("DATA_LOSS", 500, "ScalekitInternalServerException"),
    ("UNIMPLEMENTED", 501, "ScalekitNotImplementedException"),
    ("UNAVAILABLE", 503, "ScalekitServiceUnavailableException"),
    ("DEADLINE_EXCEEDED", 504, "ScalekitGatewayTimeoutException"),
]


def failure(client: ScalekitClient) -> ScalekitServerException:
    with pytest.raises(ScalekitServerException) as caught:
        client.organization.get_organization("org_1")
    error = caught.value
    assert error.operation == OPERATION
    assert OPERATION in str(error)
    assert CLIENT_SECRET not in f"{error} {error!r} {vars(error)}"
    assert pickle.loads(pickle.dumps(error)).http_status == error.http_status
    return error


@pytest.fixture
def single_attempt_client(server: StubServer) -> ScalekitClient:
    """A client without retries."""
    return ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, max_retries=0, call_timeout_s=10)


@pytest.mark.parametrize(("code", "status", "name"), CODES)
def test_error_responses_of_the_service_become_exceptions(
    single_attempt_client: ScalekitClient,
    server: StubServer,
    error_info: ErrorInfo,
    code: str,
    status: int,
    name: str,
) -> None:
    body = error_info(
        StatusCode[code].value[0],
        "it went wrong",
        "SOME_CODE",
        request_info={"request_id": "req_1"},
    )
    server.on(PATH, Response(status, body))
    error = failure(single_attempt_client)
    assert type(error) is getattr(exceptions, name)
    assert (error.http_status, error.grpc_status, error.error_code) == (
        status,
        StatusCode[code],
        "SOME_CODE",
    )
    assert (error.message, error.request_id) == ("it went wrong", "req_1")
    assert error.err_details == body["details"]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "ScalekitBadRequestException"),
        (401, "ScalekitUnauthorizedException"),
        (403, "ScalekitForbiddenException"),
        (404, "ScalekitNotFoundException"),
        (409, "ScalekitConflictException"),
        (418, "ScalekitUnknownException"),
        (429, "ScalekitTooManyRequestsException"),
        (499, "ScalekitCancelledException"),
        (500, "ScalekitInternalServerException"),
        (501, "ScalekitNotImplementedException"),
        (502, "ScalekitInternalServerException"),
        (503, "ScalekitServiceUnavailableException"),
        (504, "ScalekitGatewayTimeoutException"),
    ],
)
def test_error_responses_of_a_proxy_become_exceptions(
    single_attempt_client: ScalekitClient, server: StubServer, status: int, name: str
) -> None:
    server.on(PATH, Response(status, b"<html>proxy says no</html>", {"content-type": "text/html"}))
    error = failure(single_attempt_client)
    assert type(error) is getattr(exceptions, name)
    assert error.http_status == status
    assert error.err_details == {"body": "<html>proxy says no</html>"}
    assert error.message == f'HTTP {status} with an HTML page: "proxy says no"'


def test_an_empty_error_response_is_described(
    single_attempt_client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, Response(400, b"", {"content-type": "application/json"}))
    error = failure(single_attempt_client)
    assert type(error) is exceptions.ScalekitBadRequestException
    assert error.message == "HTTP 400 with an empty body"
    assert error.err_details is None


def test_error_responses_of_the_token_endpoint_are_described(
    single_attempt_client: ScalekitClient, server: StubServer
) -> None:
    for body, words in (
        (b"", "HTTP 401 with an empty body"),
        (b"<title>401 Not you</title><p>nginx", 'HTTP 401 with an HTML page: "401 Not you"'),
    ):
        server.on("/oauth/token", Response(401, body))
        error = failure(single_attempt_client)
        assert type(error) is exceptions.ScalekitUnauthorizedException
        assert error.message == f"no service token: {words}"


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("RESOURCE_EXHAUSTED", 429, "ScalekitToolRateLimitException"),
        ("UNAUTHENTICATED", 401, "ScalekitToolUnauthorizedException"),
        ("PERMISSION_DENIED", 403, "ScalekitToolForbiddenException"),
        ("INTERNAL", 500, "ScalekitToolException"),
    ],
)
def test_tool_executions_are_never_retried(
    client: ScalekitClient,
    server: StubServer,
    error_info: ErrorInfo,
    code: str,
    status: int,
    name: str,
) -> None:
    info = {
        "execution_id": "exec_1",
        "tool_error_code": "X",
        "tool_error_message": "provider says no",
    }
    body = error_info(StatusCode[code].value[0], "tool failed", "TOOL_ERROR", tool_error_info=info)
    server.on("/api/v1/execute_tool", Response(status, body, {"retry-after": "0"}))
    with pytest.raises(exceptions.ScalekitToolException) as caught:
        client.tools.execute_tool("gmail_send", "user_1")
    error = caught.value
    assert type(error) is getattr(exceptions, name)
    assert (error.http_status, error.error_code) == (status, "TOOL_ERROR")
    assert (error.execution_id, error.tool_error_code) == ("exec_1", "X")
    assert error.tool_error_message == "provider says no"
    assert error.operation == "ToolService.ExecuteTool"
    assert server.count("/api/v1/execute_tool") == 1


@pytest.mark.parametrize(
    "body", [b"<html>hello</html>", b'{"organization": {"id"', b"[1, 2]", b'{"organization": 5}']
)
def test_a_successful_response_of_another_form_is_an_error(
    single_attempt_client: ScalekitClient, server: StubServer, body: bytes
) -> None:
    server.on(PATH, Response(200, body))
    error = failure(single_attempt_client)
    assert isinstance(error, exceptions.ScalekitInternalServerException)
    assert (error.http_status, error.grpc_status) == (500, StatusCode.UNKNOWN)


def test_a_truncated_response_is_an_error(
    single_attempt_client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, Response(200, b'{"organization":', {"content-length": "1000"}))
    assert isinstance(
        failure(single_attempt_client), exceptions.ScalekitServiceUnavailableException
    )


def test_an_endless_response_is_cut_off(
    single_attempt_client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, lambda request: request.write_endlessly())
    assert "64 MiB" in failure(single_attempt_client).message


def test_a_missing_response_ends_at_the_deadline(server: StubServer) -> None:
    server.hang(PATH)
    client = ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, call_timeout_s=0.5)
    start = time.monotonic()
    error = failure(client)
    assert 0.4 < time.monotonic() - start < 10
    assert isinstance(error, exceptions.ScalekitGatewayTimeoutException)
    assert (error.http_status, error.grpc_status) == (504, StatusCode.DEADLINE_EXCEEDED)
    assert server.dropped.acquire(timeout=5)


def test_a_closed_port_is_an_unavailable_service() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = failure(ScalekitClient(url, CLIENT_ID, CLIENT_SECRET))
    assert isinstance(error, exceptions.ScalekitServiceUnavailableException)
    assert (error.http_status, error.grpc_status) == (503, StatusCode.UNAVAILABLE)
    assert error.retryable is True
    assert error.err_details is None


def test_a_port_without_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        client = ScalekitClient(url, CLIENT_ID, CLIENT_SECRET, call_timeout_s=1)
        failure(client)


def test_safe_calls_are_retried(client: ScalekitClient, server: StubServer) -> None:
    responses = [
        Response(503, b""),
        Response(502, b"<html>"),
        Response(body={"organization": {"id": "org_1"}}),
    ]
    server.on(PATH, lambda _: responses.pop(0))
    message, call = client.organization.get_organization("org_1")
    assert message.organization.id == "org_1"
    assert call.code() == StatusCode.OK
    assert server.count(PATH) == 3


def test_unsafe_calls_are_not_retried(client: ScalekitClient, server: StubServer) -> None:
    server.on("/api/v1/organizations", Response(503, b""))
    with pytest.raises(exceptions.ScalekitServiceUnavailableException):
        client.organization.create_organization({"display_name": "Acme"})
    assert server.count("/api/v1/organizations") == 1


def test_a_rejected_service_token_is_replaced_once(
    client: ScalekitClient, server: StubServer, error_info: ErrorInfo
) -> None:
    def respond(request: Any) -> Response:
        if request.headers["authorization"] == "Bearer token-1":
            return Response(401, error_info(16, "token revoked", "UNAUTHENTICATED"))
        return Response(body={"organization": {"id": "org_1"}})

    server.on(PATH, respond)
    assert client.organization.get_organization("org_1")[0].organization.id == "org_1"
    assert (server.count("/oauth/token"), server.count(PATH)) == (2, 2)
    server.on(PATH, Response(401, error_info(16, "no", "UNAUTHENTICATED")))
    assert isinstance(failure(client), exceptions.ScalekitUnauthorizedException)
    assert server.count(PATH) == 4


@pytest.mark.protobuf
@pytest.mark.parametrize(
    ("call", "operation"),
    [
        (lambda c: c.organization.get_organization(5), OPERATION),
        (lambda c: c.organization.get_organization(None), OPERATION),
        (
            lambda c: c.organization.list_organizations("many"),
            "OrganizationService.ListOrganization",
        ),
        (
            lambda c: c.organization.create_organization("Acme"),
            "OrganizationService.CreateOrganization",
        ),
        (
            lambda c: c.organization.create_organization({"nane": "A"}),
            "OrganizationService.CreateOrganization",
        ),
        (
            lambda c: c.domain.create_domain("org_1", "acme.com", "NO_SUCH_TYPE"),
            "DomainService.CreateDomain",
        ),
        (
            lambda c: c.users.create_user_and_membership("org_1", {"email": 5}),
            "UserService.CreateUserAndMembership",
        ),
    ],
)
def test_argument_errors_name_the_operation(
    client: ScalekitClient,
    server: StubServer,
    call: Callable[[ScalekitClient], Any],
    operation: str,
) -> None:
    with pytest.raises(exceptions.ScalekitArgumentException) as caught:
        call(client)
    assert caught.value.operation == operation
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)
    assert not server.requests


@pytest.mark.protobuf
def test_enum_fields_of_messages_accept_names() -> None:
    connection = CreateConnection()
    connection.type = "SAML"
    with pytest.raises(ValueError, match="NO_SUCH_TYPE"):
        connection.type = "NO_SUCH_TYPE"
    with pytest.raises(TypeError):
        connection.type = 3.5
    assert connection == CreateConnection(type="SAML")


def test_a_closed_client_raises_an_exception_that_names_the_cause(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, Response(body={}))
    client.organization.get_organization("org_1")
    client.close()
    client.close()
    error = failure(client)
    assert isinstance(error, exceptions.ScalekitCancelledException)
    assert "closed" in str(error)
    assert client.get_logout_url().endswith("/oidc/logout")

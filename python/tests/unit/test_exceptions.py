"""Tests the exception classes: hierarchy, fields, text and pickling."""

from __future__ import annotations

import http
import pickle

import grpc
import pytest

from scalekit import _native
from scalekit.common import exceptions
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitException,
    ScalekitForbiddenException,
    ScalekitModifierException,
    ScalekitNotFoundException,
    ScalekitServerException,
    ScalekitToolException,
    ScalekitToolForbiddenException,
    ScalekitToolRateLimitException,
    ScalekitToolUnauthorizedException,
    ScalekitTooManyRequestsException,
    ScalekitUnauthorizedException,
    ScalekitValidateTokenFailureException,
    StatusCode,
    WebhookVerificationError,
)

CLASSES = [
    value
    for value in vars(exceptions).values()
    if isinstance(value, type) and issubclass(value, ScalekitException)
]


def test_the_exception_classes_equal_those_of_the_core() -> None:
    names = {kind.__name__ for kind in CLASSES}
    # Modifiers are Python functions, so the core has no class for their errors.
    assert names - {"ScalekitModifierException"} == set(_native.EXCEPTIONS)
    assert names | {"StatusCode"} == set(exceptions.__all__)
    for name, bases in _native.EXCEPTIONS.items():
        kinds = getattr(exceptions, name).__bases__
        own = [kind.__name__ for kind in kinds if issubclass(kind, ScalekitException)]
        assert own == bases


def test_the_exception_hierarchy() -> None:
    others = {ScalekitException, ScalekitArgumentException, WebhookVerificationError}
    others |= {ScalekitValidateTokenFailureException, ScalekitModifierException}
    for kind in CLASSES:
        assert issubclass(kind, ScalekitException)
        assert issubclass(kind, ScalekitServerException) == (kind not in others)
    assert issubclass(ScalekitArgumentException, ValueError)
    assert issubclass(ScalekitArgumentException, TypeError)
    assert issubclass(ScalekitModifierException, ValueError)
    counterparts = {
        ScalekitToolRateLimitException: ScalekitTooManyRequestsException,
        ScalekitToolUnauthorizedException: ScalekitUnauthorizedException,
        ScalekitToolForbiddenException: ScalekitForbiddenException,
    }
    for kind, counterpart in counterparts.items():
        assert issubclass(kind, ScalekitToolException)
        assert issubclass(kind, counterpart)


def not_found() -> ScalekitNotFoundException:
    return ScalekitNotFoundException(
        "organization not found",
        http_status=404,
        grpc_status=StatusCode.NOT_FOUND,
        error_code="RESOURCE_NOT_FOUND",
        err_details=[{"error_code": "RESOURCE_NOT_FOUND"}],
        operation="OrganizationService.GetOrganization",
        request_id="req_1",
        retryable=False,
    )


def test_the_text_of_an_exception_is_one_line_with_all_fields() -> None:
    error = not_found()
    assert str(error) == (
        "OrganizationService.GetOrganization: 404 NOT_FOUND [RESOURCE_NOT_FOUND]: organization not found "
        "(request id: req_1)"
    )
    assert error.message == "organization not found"
    assert error.http_status is http.HTTPStatus.NOT_FOUND
    assert str(ScalekitArgumentException("bad", operation="X.Y")) == "X.Y: bad"
    assert str(ScalekitException("closed")) == "closed"
    assert ScalekitException().message == ""


def test_an_unnamed_status_is_a_number() -> None:
    assert ScalekitServerException("gone away", http_status=499).http_status == 499


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_exceptions_can_be_pickled(kind: type[ScalekitException]) -> None:
    error = kind("why", operation="X.Y", request_id="req_1", retryable=True)
    if isinstance(error, ScalekitServerException):
        error._err_details = [{"a": 1}]
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)


def test_tool_exceptions_have_the_error_of_the_provider() -> None:
    info = {"execution_id": "exec_1", "tool_error_code": "RATE", "tool_error_message": "slow down"}
    error = ScalekitToolException("no", err_details=[{"x": 1}, {"tool_error_info": info}])
    assert (error.execution_id, error.tool_error_code, error.tool_error_message) == (
        "exec_1",
        "RATE",
        "slow down",
    )
    assert ScalekitToolException("no", err_details={"body": "<html>"}).execution_id == ""


@pytest.mark.parametrize("status", list(StatusCode))
def test_status_codes_equal_those_of_grpc(status: StatusCode) -> None:
    grpc_status = grpc.StatusCode[status.name]
    assert status == grpc_status
    assert grpc_status == status
    assert status.value == grpc_status.value
    assert {grpc_status: "found"}[status] == "found"
    assert status != next(other for other in grpc.StatusCode if other.name != status.name)
    assert pickle.loads(pickle.dumps(status)) is status


def test_status_codes_are_complete_and_differ_from_other_values() -> None:
    assert [status.name for status in StatusCode] == [status.name for status in grpc.StatusCode]
    assert StatusCode.OK != "OK"
    assert StatusCode.OK != (0, "ok")


def test_http_statuses_are_enum_members() -> None:
    error = exceptions.ScalekitCancelledException("x", http_status=499)
    assert isinstance(error.http_status, exceptions.NonStandardHTTPStatus)
    assert (error.http_status, error.http_status.name) == (499, "CLIENT_CLOSED_REQUEST")
    for code in exceptions.StatusCode:
        assert exceptions.GRPC_TO_HTTP[code].value == int(exceptions.GRPC_TO_HTTP[code])
    assert exceptions.ScalekitUnknownException("x", http_status=418).http_status == 418
    assert exceptions.ScalekitUnknownException("x", http_status=299).http_status == 299

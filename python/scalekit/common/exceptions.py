"""The exceptions of this package.

::

    ScalekitException
    ├── ScalekitArgumentException             an invalid argument; no request was sent
    ├── ScalekitModifierException             a post-modifier returned an invalid value
    ├── WebhookVerificationError              the signature of a webhook or interceptor is invalid
    ├── ScalekitValidateTokenFailureException a token is invalid
    └── ScalekitServerException               the service rejected a call or was not reached
        ├── ScalekitBadRequestException       400
        ├── ScalekitUnauthorizedException     401
        ├── ScalekitForbiddenException        403
        ├── ScalekitNotFoundException         404
        ├── ScalekitConflictException         409
        ├── ScalekitTooManyRequestsException  429
        ├── ScalekitCancelledException        499
        ├── ScalekitInternalServerException   500
        ├── ScalekitNotImplementedException   501
        ├── ScalekitServiceUnavailableException 503, or the service was not reached
        ├── ScalekitGatewayTimeoutException   504, or the deadline passed
        ├── ScalekitUnknownException          any other 4xx
        └── ScalekitToolException             the provider of a tool rejected the execution
            ├── ScalekitToolRateLimitException     also a ScalekitTooManyRequestsException
            ├── ScalekitToolUnauthorizedException  also a ScalekitUnauthorizedException
            └── ScalekitToolForbiddenException     also a ScalekitForbiddenException

Exceptions contain no tokens, no client secrets and no requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scalekit.common.status import GRPC_TO_HTTP as GRPC_TO_HTTP
from scalekit.common.status import HTTP_STATUS as HTTP_STATUS
from scalekit.common.status import HTTP_TO_GRPC as HTTP_TO_GRPC
from scalekit.common.status import NonStandardHTTPStatus as NonStandardHTTPStatus
from scalekit.common.status import StatusCode

if TYPE_CHECKING:
    from scalekit.actions.types import ExecuteToolResponse

__all__ = [
    "ScalekitArgumentException",
    "ScalekitBadRequestException",
    "ScalekitCancelledException",
    "ScalekitConflictException",
    "ScalekitException",
    "ScalekitForbiddenException",
    "ScalekitGatewayTimeoutException",
    "ScalekitInternalServerException",
    "ScalekitModifierException",
    "ScalekitNotFoundException",
    "ScalekitNotImplementedException",
    "ScalekitServerException",
    "ScalekitServiceUnavailableException",
    "ScalekitToolException",
    "ScalekitToolForbiddenException",
    "ScalekitToolRateLimitException",
    "ScalekitToolUnauthorizedException",
    "ScalekitTooManyRequestsException",
    "ScalekitUnauthorizedException",
    "ScalekitUnknownException",
    "ScalekitValidateTokenFailureException",
    "StatusCode",
    "WebhookVerificationError",
]


class ScalekitException(Exception):
    """The base of every exception of this package."""

    def __init__(
        self,
        error: object = "",
        *,
        operation: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
    ) -> None:
        """Stores the message and the details of the failed call."""
        super().__init__(error)
        self._operation = operation
        self._request_id = request_id
        self._retryable = retryable

    @property
    def message(self) -> str:
        """The message, without the operation."""
        return str(self.args[0]) if self.args else ""

    @property
    def operation(self) -> str | None:
        """The operation that failed, such as ``OrganizationService.GetOrganization``."""
        return self._operation

    @property
    def request_id(self) -> str | None:
        """The service's id of the request. Include it in support requests."""
        return self._request_id

    @property
    def retryable(self) -> bool:
        """``True`` if the same call may succeed later. Retries that are safe were already made."""
        return self._retryable

    def __str__(self) -> str:
        """The operation and the message."""
        return f"{self._operation}: {self.message}" if self._operation else self.message


class ScalekitArgumentException(ScalekitException, ValueError, TypeError):
    """An invalid argument, option or configuration; no request was sent.

    It is also a :class:`ValueError` and a :class:`TypeError`, because code for
    ``scalekit-sdk-python`` catches these.
    """

    def __init__(
        self,
        error: object = "",
        *,
        operation: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        detail: str | None = None,
    ) -> None:
        """Stores the message, and the details that are not part of it."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._detail = detail
        if detail is not None:
            # Tracebacks show notes. Python 3.10 does not have `add_note`.
            self.__notes__ = [f"{operation}: {detail}" if operation else detail]

    @property
    def detail(self) -> str | None:
        """The name of the argument and the problem, or ``None`` if the message contains them.

        Some messages are the same as in ``scalekit-sdk-python``, because applications compare them.
        Their details are only here and in tracebacks.
        """
        return self._detail

    def __str__(self) -> str:
        """The operation and the message, or only the message if there is a `detail`."""
        return super().__str__() if self._detail is None else self.message


class ScalekitModifierException(ScalekitException, ValueError):
    """A post-modifier of ``client.actions`` returned an invalid value.

    The tool has already acted. `tool_response` is its response.
    """

    def __init__(
        self,
        error: object = "",
        *,
        operation: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        tool_response: ExecuteToolResponse | None = None,
    ) -> None:
        """Stores the message and the response of the tool."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._tool_response = tool_response

    @property
    def tool_response(self) -> ExecuteToolResponse | None:
        """The response of the tool, without the changes of modifiers."""
        return self._tool_response

    @property
    def execution_id(self) -> str:
        """The id of the tool's execution, or an empty string."""
        response = self._tool_response
        return (response.execution_id if response is not None else None) or ""


class WebhookVerificationError(ScalekitException):
    """The signature of a webhook or interceptor payload is invalid."""


class ScalekitValidateTokenFailureException(ScalekitException):
    """A token is malformed, forged, expired or revoked, or lacks a required scope.

    If the service rejected the token, as in ``tokens.validate_token``, `server` is the exception of
    that call, and so is ``__cause__``. `http_status`, `grpc_status`, `error_code` and `err_details`
    then have the values of `server`. They are ``None`` for a token that was validated locally.
    """

    def __init__(
        self,
        error: object = "",
        *,
        operation: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        server: ScalekitServerException | None = None,
    ) -> None:
        """Stores the message and the exception of the service."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._server = server

    @property
    def server(self) -> ScalekitServerException | None:
        """The exception of the failed call, if the service validated the token."""
        return self._server

    @property
    def http_status(self) -> int | None:
        """The HTTP status of `server`."""
        return None if self._server is None else self._server.http_status

    @property
    def grpc_status(self) -> StatusCode | None:
        """The gRPC status of `server`."""
        return None if self._server is None else self._server.grpc_status

    @property
    def error_code(self) -> str | None:
        """The error code of `server`, such as ``RESOURCE_NOT_FOUND``."""
        return None if self._server is None else self._server.error_code

    @property
    def err_details(self) -> Any:
        """The details of `server`."""
        return None if self._server is None else self._server.err_details

    def __str__(self) -> str:
        """The text of `server` if it is not ``None``, otherwise the operation and the message."""
        return super().__str__() if self._server is None else str(self._server)


class ScalekitServerException(ScalekitException):
    """The service rejected a call or was not reached."""

    # The arguments that name the connected account, set by ``execute_tool`` of ``client.actions``.
    _account: Mapping[str, str | None] | None = None

    def __init__(
        self,
        error: object = "",
        *,
        http_status: int = 500,
        grpc_status: StatusCode = StatusCode.UNKNOWN,
        error_code: str | None = None,
        err_details: Any = None,
        operation: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
    ) -> None:
        """Stores the fields of the error response."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._http_status = http_status
        self._grpc_status = grpc_status
        self._error_code = error_code
        self._err_details = err_details

    @property
    def http_status(self) -> int:
        """The HTTP status: an :class:`http.HTTPStatus`,
        ``NonStandardHTTPStatus.CLIENT_CLOSED_REQUEST`` for 499, or an ``int`` for any other status.
        """
        for kind in (HTTPStatus, NonStandardHTTPStatus):
            try:
                return kind(self._http_status)
            except ValueError:
                pass
        return self._http_status

    @property
    def grpc_status(self) -> StatusCode:
        """The gRPC status. It is equal to the ``grpc.StatusCode`` of the same name."""
        return self._grpc_status

    @property
    def error_code(self) -> str | None:
        """The service's error code, such as ``RESOURCE_NOT_FOUND``."""
        return self._error_code

    @property
    def err_details(self) -> Any:
        """More details of the error response, as JSON values.

        For a response of the service, a list of ``dict``, each with an ``@type``. For a response of
        the token endpoint, ``{"error": ...}``. For any other response, ``{"body": ...}`` with its
        first bytes. Without a response, ``None``.
        """
        return self._err_details

    def __str__(self) -> str:
        """The operation, HTTP and gRPC status, error code, message and request id, in one line."""
        http, grpc = getattr(self.http_status, "name", ""), self._grpc_status.name
        status = grpc if http in ("", grpc) else f"{http} ({grpc})"
        code = f" [{self._error_code}]" if self._error_code else ""
        where = f"{self._operation}: " if self._operation else ""
        which = f" (request id: {self._request_id})" if self._request_id else ""
        return f"{where}{int(self._http_status)} {status}{code}: {self.message}{which}"


class ScalekitBadRequestException(ScalekitServerException):
    """The request is invalid (400)."""


class ScalekitUnauthorizedException(ScalekitServerException):
    """The credentials are missing, invalid or expired (401)."""


class ScalekitForbiddenException(ScalekitServerException):
    """The credentials do not allow this (403)."""


class ScalekitNotFoundException(ScalekitServerException):
    """The resource does not exist (404)."""


class ScalekitConflictException(ScalekitServerException):
    """The resource already exists, or was changed by another request (409)."""


class ScalekitTooManyRequestsException(ScalekitServerException):
    """Too many requests in a short time (429)."""


class ScalekitInternalServerException(ScalekitServerException):
    """The service failed, or its response could not be decoded (500)."""


class ScalekitNotImplementedException(ScalekitServerException):
    """The service does not implement this operation (501)."""


class ScalekitServiceUnavailableException(ScalekitServerException):
    """The service is unavailable or was not reached (503)."""


class ScalekitGatewayTimeoutException(ScalekitServerException):
    """The deadline of the call passed (504)."""


class ScalekitCancelledException(ScalekitServerException):
    """The call was cancelled (499)."""


class ScalekitUnknownException(ScalekitServerException):
    """The request was rejected with a status that has no other exception class."""


class ScalekitToolException(ScalekitServerException):
    """The provider of a tool rejected the execution.

    Never retried: the tool may have had an effect.
    """

    @property
    def needs_authorization(self) -> bool:
        """``True`` if the user must authorize the connected account again (401).

        ``client.actions.get_authorization_link_for(error)`` creates the link. If the status is 403,
        the connection needs more scopes first.
        """
        return int(self._http_status) == HTTPStatus.UNAUTHORIZED

    def _tool_info(self, name: str) -> str:
        details = self._err_details if isinstance(self._err_details, list) else []
        for detail in details:
            info = detail.get("tool_error_info") if isinstance(detail, dict) else None
            if isinstance(info, dict) and info.get(name):
                return str(info[name])
        return ""

    @property
    def tool_error_code(self) -> str:
        """The provider's error code, or an empty string."""
        return self._tool_info("tool_error_code")

    @property
    def tool_error_message(self) -> str:
        """The provider's error message, or an empty string."""
        return self._tool_info("tool_error_message")

    @property
    def execution_id(self) -> str:
        """The id of the tool's execution, or an empty string."""
        return self._tool_info("execution_id")


class ScalekitToolRateLimitException(ScalekitToolException, ScalekitTooManyRequestsException):
    """The provider of a tool limits the rate of requests (429)."""


class ScalekitToolUnauthorizedException(ScalekitToolException, ScalekitUnauthorizedException):
    """The provider of a tool rejected the account's credentials (401)."""


class ScalekitToolForbiddenException(ScalekitToolException, ScalekitForbiddenException):
    """The provider of a tool does not allow this action to the account (403)."""


def _from_native(
    name: str,
    message: str,
    operation: str | None,
    request_id: str | None,
    retryable: bool,
    server: tuple[int, str, str | None, Any] | None,
) -> ScalekitException:
    """Creates the exception called `name`. The native module calls this function.

    `server` contains the HTTP status, the gRPC status, the error code and the details.
    """
    kind: type[ScalekitException] = globals()[name]
    if server is None or not issubclass(kind, ScalekitServerException):
        return kind(message, operation=operation, request_id=request_id, retryable=retryable)
    http_status, grpc_status, error_code, err_details = server
    return kind(
        message,
        http_status=http_status,
        grpc_status=StatusCode[grpc_status],
        error_code=error_code,
        err_details=err_details,
        operation=operation,
        request_id=request_id,
        retryable=retryable,
    )

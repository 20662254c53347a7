"""Every exception this package raises for a refused, failed or impossible call.

::

    ScalekitException
    ├── ScalekitArgumentException             an invalid argument; no request was sent
    ├── WebhookVerificationError              a webhook or interceptor whose signature does not hold
    ├── ScalekitValidateTokenFailureException a token that is not valid
    └── ScalekitServerException               the service, or the way to it, refused
        ├── ScalekitBadRequestException       400
        ├── ScalekitUnauthorizedException     401
        ├── ScalekitForbiddenException        403
        ├── ScalekitNotFoundException         404
        ├── ScalekitConflictException         409
        ├── ScalekitTooManyRequestsException  429
        ├── ScalekitCancelledException        499
        ├── ScalekitInternalServerException   500
        ├── ScalekitNotImplementedException   501
        ├── ScalekitServiceUnavailableException 503, and a service that cannot be reached
        ├── ScalekitGatewayTimeoutException   504, and a deadline that passed
        ├── ScalekitUnknownException          any other 4xx
        └── ScalekitToolException             the provider behind a tool refused
            ├── ScalekitToolRateLimitException     also a ScalekitTooManyRequestsException
            ├── ScalekitToolUnauthorizedException  also a ScalekitUnauthorizedException
            └── ScalekitToolForbiddenException     also a ScalekitForbiddenException

No exception holds a secret: neither tokens, nor client secrets, nor the request that failed.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from scalekit.common.status import GRPC_TO_HTTP as GRPC_TO_HTTP
from scalekit.common.status import HTTP_STATUS as HTTP_STATUS
from scalekit.common.status import HTTP_TO_GRPC as HTTP_TO_GRPC
from scalekit.common.status import NonStandardHTTPStatus as NonStandardHTTPStatus
from scalekit.common.status import StatusCode

__all__ = [
    "ScalekitArgumentException",
    "ScalekitBadRequestException",
    "ScalekitCancelledException",
    "ScalekitConflictException",
    "ScalekitException",
    "ScalekitForbiddenException",
    "ScalekitGatewayTimeoutException",
    "ScalekitInternalServerException",
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
        """Keep what went wrong and in which operation."""
        super().__init__(error)
        self._operation = operation
        self._request_id = request_id
        self._retryable = retryable

    @property
    def message(self) -> str:
        """What went wrong, in words."""
        return str(self.args[0]) if self.args else ""

    @property
    def operation(self) -> str | None:
        """The operation that failed, such as ``OrganizationService.GetOrganization``."""
        return self._operation

    @property
    def request_id(self) -> str | None:
        """The id under which the service knows the request: name it when you ask for support."""
        return self._request_id

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later. What is safe to repeat has been repeated already."""
        return self._retryable

    def __str__(self) -> str:
        """The operation and what went wrong in it."""
        return f"{self._operation}: {self.message}" if self._operation else self.message


class ScalekitArgumentException(ScalekitException, ValueError, TypeError):
    """An invalid argument, option or configuration; no request was sent.

    It is a :class:`ValueError` and a :class:`TypeError` too, which code for
    ``scalekit-sdk-python`` catches.
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
        """Keep the message, and the details that it does not contain."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._detail = detail
        if detail is not None:
            # Tracebacks show notes; `add_note` does not exist in Python 3.10.
            self.__notes__ = [f"{operation}: {detail}" if operation else detail]

    @property
    def detail(self) -> str | None:
        """What is wrong with which argument, if ``str()`` is a message of ``scalekit-sdk-python``,
        which applications compare; else ``None``. Tracebacks show it together with the operation.
        """
        return self._detail

    def __str__(self) -> str:
        """The operation and the message; a message of ``scalekit-sdk-python`` is unchanged."""
        return super().__str__() if self._detail is None else self.message


class WebhookVerificationError(ScalekitException):
    """A webhook or interceptor payload whose signature does not hold."""


class ScalekitValidateTokenFailureException(ScalekitException):
    """A token that is malformed, forged, expired, revoked, or lacks a required scope.

    If the service refused the token, as in ``tokens.validate_token``, `server` is the exception of
    that call, and also the ``__cause__``; `http_status`, `grpc_status`, `error_code` and
    `err_details` are those of `server`. If the token was validated on this machine, all of them
    are ``None``.
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
        """Keep why the token is not valid."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._server = server

    @property
    def server(self) -> ScalekitServerException | None:
        """The service's refusal, if the service validated the token."""
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
        """The operation and the message; the text of `server`, if there is one."""
        return super().__str__() if self._server is None else str(self._server)


class ScalekitServerException(ScalekitException):
    """The service refused a call, or could not be reached."""

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
        """Keep what the service said of the failure."""
        super().__init__(error, operation=operation, request_id=request_id, retryable=retryable)
        self._http_status = http_status
        self._grpc_status = grpc_status
        self._error_code = error_code
        self._err_details = err_details

    @property
    def http_status(self) -> int:
        """The HTTP status, an :class:`http.HTTPStatus` where that names it, else an ``int``; 499 is
        ``NonStandardHTTPStatus.CLIENT_CLOSED_REQUEST``.
        """
        for kind in (HTTPStatus, NonStandardHTTPStatus):
            try:
                return kind(self._http_status)
            except ValueError:
                pass
        return self._http_status

    @property
    def grpc_status(self) -> StatusCode:
        """The gRPC status; equal to the ``grpc.StatusCode`` of that name."""
        return self._grpc_status

    @property
    def error_code(self) -> str | None:
        """The service's own name of the failure, such as ``RESOURCE_NOT_FOUND``."""
        return self._error_code

    @property
    def err_details(self) -> Any:
        """What else the reply said, as JSON values: the list of the service's details, each a ``dict`` with
        its ``@type``; ``{"error": ...}`` from the token endpoint; ``{"body": ...}``, the first bytes of a
        reply that is not the service's JSON; ``None`` without a reply.
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
    """The request is wrong in itself (400)."""


class ScalekitUnauthorizedException(ScalekitServerException):
    """The credentials are missing, wrong or expired (401)."""


class ScalekitForbiddenException(ScalekitServerException):
    """The credentials do not allow this (403)."""


class ScalekitNotFoundException(ScalekitServerException):
    """There is no such thing (404)."""


class ScalekitConflictException(ScalekitServerException):
    """It exists already, or was changed meanwhile (409)."""


class ScalekitTooManyRequestsException(ScalekitServerException):
    """Too many requests in a short time (429)."""


class ScalekitInternalServerException(ScalekitServerException):
    """The service failed, or its reply could not be understood (500)."""


class ScalekitNotImplementedException(ScalekitServerException):
    """The service does not offer this operation (501)."""


class ScalekitServiceUnavailableException(ScalekitServerException):
    """The service is not available or cannot be reached (503)."""


class ScalekitGatewayTimeoutException(ScalekitServerException):
    """The deadline of the call passed (504)."""


class ScalekitCancelledException(ScalekitServerException):
    """The call was cancelled (499)."""


class ScalekitUnknownException(ScalekitServerException):
    """The request was refused with a status that has no class of its own."""


class ScalekitToolException(ScalekitServerException):
    """The provider behind a tool refused; never retried, because the tool may have acted."""

    def _tool_info(self, name: str) -> str:
        details = self._err_details if isinstance(self._err_details, list) else []
        for detail in details:
            info = detail.get("tool_error_info") if isinstance(detail, dict) else None
            if isinstance(info, dict) and info.get(name):
                return str(info[name])
        return ""

    @property
    def tool_error_code(self) -> str:
        """The provider's code of the failure, or an empty string."""
        return self._tool_info("tool_error_code")

    @property
    def tool_error_message(self) -> str:
        """What the provider said, or an empty string."""
        return self._tool_info("tool_error_message")

    @property
    def execution_id(self) -> str:
        """The id of the tool's execution, or an empty string."""
        return self._tool_info("execution_id")


class ScalekitToolRateLimitException(ScalekitToolException, ScalekitTooManyRequestsException):
    """The provider behind a tool limits the rate of requests (429)."""


class ScalekitToolUnauthorizedException(ScalekitToolException, ScalekitUnauthorizedException):
    """The provider behind a tool does not accept the account's credentials (401)."""


class ScalekitToolForbiddenException(ScalekitToolException, ScalekitForbiddenException):
    """The provider behind a tool does not allow this to the account (403)."""


def _from_native(
    name: str,
    message: str,
    operation: str | None,
    request_id: str | None,
    retryable: bool,
    server: tuple[int, str, str | None, Any] | None,
) -> ScalekitException:
    """Make the exception called `name`; `server`: HTTP status, gRPC status, error code, details."""
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

"""Functions that replace the exception of a failed call."""

from __future__ import annotations

from http import HTTPStatus

from scalekit.common.exceptions import (
    ScalekitServerException,
    ScalekitValidateTokenFailureException,
)

_REJECTED = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)


def token_failure(error: Exception) -> None:
    """Raises a ScalekitValidateTokenFailureException if the service rejected a token."""
    if isinstance(error, ScalekitServerException) and error.http_status in _REJECTED:
        raise ScalekitValidateTokenFailureException(
            error.message,
            operation=error.operation,
            request_id=error.request_id,
            retryable=error.retryable,
            server=error,
        ) from error

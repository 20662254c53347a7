"""Methods that take more than one call.

Each function yields the calls to make, gets back ``(message, call)`` of each, and returns the result of the
method, so that one text serves the blocking and the awaitable clients.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from scalekit._runtime.failures import token_failure
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitNotFoundException

Steps = Generator[tuple[Any, ...], Any, Any]


def for_client_of_resource(look: tuple[Any, ...], change: tuple[Any, ...]) -> Steps:
    """Make sure that a client belongs to a resource, then do what is to be done to it.

    The service finds clients by their id alone and would change one of another resource too.
    """
    found, _ = yield look
    operation, request = change[:2]
    resource_id = look[1].resource_id
    if found.client.resource_id != resource_id:
        problem = f"client {request.client_id} does not belong to resource {resource_id}"
        raise ScalekitArgumentException(problem, operation=operation)
    return (yield change)


def with_merged_claims(look: tuple[Any, ...], change: tuple[Any, ...]) -> Steps:
    """Add claims to those that a token has, and remove those given with an empty value.

    The service replaces all claims of a token, so the present claims are looked up if new ones are
    given. If either call reports an unknown token, the method raises a
    ScalekitValidateTokenFailureException.
    """
    request = change[1]
    if request.custom_claims:
        try:
            found, _ = yield look
        except Exception as error:
            token_failure(error)
            raise
        claims = {**found.token_info.custom_claims, **request.custom_claims}
        request.custom_claims.clear()
        request.custom_claims.update({name: value for name, value in claims.items() if value})
    try:
        return (yield change)
    except ScalekitNotFoundException as error:
        token_failure(error)
        raise

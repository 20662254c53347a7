"""Methods that make several calls.

Each function is a generator: it yields the calls, receives ``(message, call)`` for each, and
returns the result of the method. The blocking and the async clients share it that way.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from scalekit._runtime.failures import token_failure
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitNotFoundException

Steps = Generator[tuple[Any, ...], Any, Any]


def for_client_of_resource(get: tuple[Any, ...], change: tuple[Any, ...]) -> Steps:
    """Makes the call `change` only if the client belongs to the resource.

    The service finds clients by id alone, so it would also change a client of another resource.
    """
    response, _ = yield get
    operation, request = change[:2]
    resource_id = get[1].resource_id
    if response.client.resource_id != resource_id:
        problem = f"client {request.client_id} does not belong to resource {resource_id}"
        raise ScalekitArgumentException(problem, operation=operation)
    return (yield change)


def with_merged_claims(get: tuple[Any, ...], change: tuple[Any, ...]) -> Steps:
    """Adds claims to the claims of a token, and removes claims given with an empty value.

    The service replaces all claims of a token. If claims are given, the current ones are fetched
    first. If either call reports an unknown token, the method raises a
    ScalekitValidateTokenFailureException.
    """
    request = change[1]
    if request.custom_claims:
        try:
            response, _ = yield get
        except Exception as error:
            token_failure(error)
            raise
        claims = {**response.token_info.custom_claims, **request.custom_claims}
        request.custom_claims.clear()
        request.custom_claims.update({name: value for name, value in claims.items() if value})
    try:
        return (yield change)
    except ScalekitNotFoundException as error:
        token_failure(error)
        raise

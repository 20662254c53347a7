"""Client and token verifier for Scalekit.

>>> from scalekit import ScalekitClient
>>> client = ScalekitClient("https://acme.scalekit.com", "skc_123", "secret")
>>> client.get_authorization_url("https://app.example.com/callback").split("?")[0]
'https://acme.scalekit.com/oauth/authorize'

:class:`ScalekitClient` is blocking, :class:`AsyncScalekitClient` is for asyncio. Both have the same
services and methods. Names are loaded lazily, when they are first used.
"""

from __future__ import annotations

# Not imported: `typing` takes longer to load than this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from scalekit._native import __version__
    from scalekit.aio import AsyncScalekitClient
    from scalekit.client import ScalekitClient
    from scalekit.common.exceptions import (
        ScalekitArgumentException,
        ScalekitBadRequestException,
        ScalekitCancelledException,
        ScalekitConflictException,
        ScalekitException,
        ScalekitForbiddenException,
        ScalekitGatewayTimeoutException,
        ScalekitInternalServerException,
        ScalekitModifierException,
        ScalekitNotFoundException,
        ScalekitNotImplementedException,
        ScalekitServerException,
        ScalekitServiceUnavailableException,
        ScalekitToolException,
        ScalekitToolForbiddenException,
        ScalekitToolRateLimitException,
        ScalekitToolUnauthorizedException,
        ScalekitTooManyRequestsException,
        ScalekitUnauthorizedException,
        ScalekitUnknownException,
        ScalekitValidateTokenFailureException,
        WebhookVerificationError,
    )
    from scalekit.common.scalekit import (
        AuthenticationOptions,
        AuthorizationUrlOptions,
        CodeAuthenticationOptions,
        GrantType,
        IdpInitiatedLoginClaims,
        LogoutUrlOptions,
        PkceParameters,
        RefreshTokenAuthenticationOptions,
        TokenValidationOptions,
        WebhookEvent,
        generate_pkce,
    )
    from scalekit.common.status import StatusCode
    from scalekit.utils.proto import struct_to_dict

__all__ = [
    "ScalekitClient",
    "AsyncScalekitClient",
    "AuthenticationOptions",
    "AuthorizationUrlOptions",
    "CodeAuthenticationOptions",
    "GrantType",
    "IdpInitiatedLoginClaims",
    "LogoutUrlOptions",
    "PkceParameters",
    "RefreshTokenAuthenticationOptions",
    "TokenValidationOptions",
    "WebhookEvent",
    "generate_pkce",
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
    "WebhookVerificationError",
    "StatusCode",
    "struct_to_dict",
    "__version__",
]


def _check_installation() -> None:
    """Raises an ``ImportError`` if files of ``scalekit-sdk-python`` are mixed with this package."""
    import os.path

    if os.path.exists(
        os.path.join(*__path__[:1], "v1", "organizations", "organizations_pb2_grpc.py")
    ):
        from scalekit._runtime import installation as _installation  # noqa: F401


_check_installation()

# The modules of the names in __all__. Names that are not listed here are in common.exceptions.
_MODULES = {
    "ScalekitClient": "client",
    "AsyncScalekitClient": "aio",
    "AuthenticationOptions": "common.scalekit",
    "AuthorizationUrlOptions": "common.scalekit",
    "CodeAuthenticationOptions": "common.scalekit",
    "GrantType": "common.scalekit",
    "IdpInitiatedLoginClaims": "common.scalekit",
    "LogoutUrlOptions": "common.scalekit",
    "PkceParameters": "common.scalekit",
    "RefreshTokenAuthenticationOptions": "common.scalekit",
    "TokenValidationOptions": "common.scalekit",
    "WebhookEvent": "common.scalekit",
    "generate_pkce": "common.scalekit",
    "StatusCode": "common.status",
    "struct_to_dict": "utils.proto",
    "__version__": "_native",
}


# Hidden from type checkers: they read the names from the imports above and reject other names.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads a name of ``__all__``, or a submodule, when it is first used."""
        from importlib import import_module

        if name in __all__:
            value = getattr(
                import_module(f"scalekit.{_MODULES.get(name, 'common.exceptions')}"), name
            )
            globals()[name] = value
            return value
        if not name.startswith("_"):
            try:
                return import_module(f"scalekit.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"scalekit.{name}":
                    raise
        raise AttributeError(f"module 'scalekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Includes the names that are not loaded yet."""
    return sorted({*globals(), *__all__})

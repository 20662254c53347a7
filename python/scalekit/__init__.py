"""Client and token verifier for Scalekit.

>>> from scalekit import ScalekitClient
>>> client = ScalekitClient("https://acme.scalekit.com", "skc_123", "secret")
>>> client.get_authorization_url("https://app.example.com/callback").split("?")[0]
'https://acme.scalekit.com/oauth/authorize'

:class:`ScalekitClient` blocks, :class:`AsyncScalekitClient` is for asyncio; both have the same services and
methods. Importing this package loads next to nothing: each name below is loaded when it is first used.
"""

from __future__ import annotations

# Spelt out instead of imported: `typing` alone takes longer to load than all of this package.
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
    "generate_pkce",
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
    "WebhookVerificationError",
    "StatusCode",
    "struct_to_dict",
    "__version__",
]


def _check_installation() -> None:
    """Refuse an installation that is mixed with files of ``scalekit-sdk-python``."""
    import os.path

    if os.path.exists(os.path.join(*__path__[:1], "v1", "organizations", "organizations_pb2_grpc.py")):
        from scalekit._runtime import installation as _installation  # noqa: F401


_check_installation()

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
    "generate_pkce": "common.scalekit",
    "StatusCode": "common.status",
    "struct_to_dict": "utils.proto",
    "__version__": "_native",
}


# Type checkers know the names by the imports above, and any other name is a mistake.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a name of ``__all__``, or a submodule, when it is first used."""
        from importlib import import_module

        if name in __all__:
            # Whatever is not listed is an exception.
            value = getattr(import_module(f"scalekit.{_MODULES.get(name, 'common.exceptions')}"), name)
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
    """List what can be imported."""
    return sorted({*globals(), *__all__})

"""The async client."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

# First, because the imports below fail in a mixed installation.
from scalekit._runtime import installation as _installation  # noqa: F401

# isort: split
from scalekit._clients import AsyncClients
from scalekit._runtime import validate
from scalekit._runtime.annotations import Self
from scalekit._runtime.client_base import ClientBase, code_arguments, token_checks
from scalekit.common.scalekit import (
    CodeAuthenticationOptions,
    IdpInitiatedLoginClaims,
    TokenValidationOptions,
)
from scalekit.core import AsyncCoreClient

if TYPE_CHECKING:
    from scalekit.actions import AsyncActionClient


class AsyncScalekitClient(ClientBase, AsyncClients):
    """A client of one Scalekit environment, for asyncio.

    It has the same services, methods, arguments and exceptions as :class:`scalekit.ScalekitClient`.
    Methods that may use the network are coroutines. The event loop is never blocked, and
    cancellation of a call drops its request. A client can be used by several event loops.
    """

    core_client: AsyncCoreClient
    actions: AsyncActionClient
    """Tools, connected accounts and MCP servers for agents."""
    connect: AsyncActionClient
    """The same as `actions`, with its own modifiers."""
    _core_class = AsyncCoreClient
    _service_prefix = "Async"

    async def authenticate_with_code(
        self, code: str, redirect_uri: str, options: CodeAuthenticationOptions | None = None
    ) -> dict[str, Any]:
        """Exchanges an authorization code.

        See :meth:`scalekit.ScalekitClient.authenticate_with_code`.
        """
        core, arguments = self.core_client, code_arguments(code, redirect_uri, options)
        result: dict[str, Any] = await core._invoke(
            core._native.request_token, "authorization_code", *arguments
        )
        return result

    async def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Requests a new access token; see :meth:`scalekit.ScalekitClient.refresh_access_token`."""
        validate.text(refresh_token=refresh_token)
        core = self.core_client
        result: dict[str, Any] = await core._invoke(
            core._native.request_token, "refresh_token", refresh_token
        )
        return result

    async def generate_client_token(
        self, client_id: str, client_secret: str, scopes: list[str] | None = None
    ) -> str:
        """Requests a machine client's token.

        See :meth:`scalekit.ScalekitClient.generate_client_token`.
        """
        validate.text(client_id=client_id, client_secret=client_secret)
        core, scope = self.core_client, " ".join(validate.strings("scopes", scopes) or [])
        result = await core._invoke(
            core._native.request_token, "client_credentials", client_id, client_secret, scope
        )
        token: str = result["access_token"]
        return token

    async def get_client_access_token(self) -> str:
        """Returns the service token.

        See :meth:`scalekit.ScalekitClient.get_client_access_token`.
        """
        core = self.core_client
        result: str = await core._invoke(core._native.client_access_token)
        return result

    async def validate_access_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> bool:
        """Returns ``True`` if a token is valid.

        See :meth:`scalekit.ScalekitClient.validate_access_token`.
        """
        valid: bool = await self._validate(token, token_checks(options, audience), claims=False)
        return valid

    async def validate_access_token_and_get_claims(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Validates a token and returns its claims; the same as :meth:`validate_token`."""
        return await self.validate_token(token, options, audience)

    async def get_idp_initiated_login_claims(
        self,
        idp_initiated_login_token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> IdpInitiatedLoginClaims:
        """Validates the token of a login that started at the identity provider.

        See :meth:`scalekit.ScalekitClient.get_idp_initiated_login_claims`.
        """
        return IdpInitiatedLoginClaims(
            await self.validate_token(idp_initiated_login_token, options, audience)
        )

    async def validate_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Validates a token and returns its claims.

        See :meth:`scalekit.ScalekitClient.validate_token`.
        """
        claims: dict[str, Any] = await self._validate(token, token_checks(options, audience))
        return claims

    async def verify_scopes(self, token: str, required_scopes: list[str]) -> bool:
        """Validates a token and its scopes; see :meth:`scalekit.ScalekitClient.verify_scopes`."""
        await self._validate(token, token_checks(None, None, required_scopes))
        return True

    async def _validate(
        self,
        token: str,
        checks: tuple[list[str] | None, list[str] | None, list[str]],
        claims: bool = True,
    ) -> Any:
        """Validates a token, in the background only if the keys must be fetched."""
        # Validation with a cached key takes microseconds, less than a turn of the event loop.
        validate_token = self.core_client._native.validate_token
        result: Any = validate_token(token, checks, claims, cached_only=True)
        if result is None:
            result = await self.core_client._invoke(validate_token, token, checks, claims)
        return result

    async def aclose(self) -> None:
        """Closes the connections; the same as :meth:`close`."""
        self.close()

    async def __aenter__(self) -> Self:
        """Returns the client. The ``async with`` block closes it at its end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the client."""
        self.close()

"""The client for asyncio."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

# First, because the imports below fail in a mixed installation.
from scalekit._runtime import installation as _installation  # noqa: F401

# isort: split
from scalekit._clients import AsyncClients
from scalekit._runtime import validate
from scalekit._runtime.annotations import Self
from scalekit._runtime.client_base import ClientBase, code_exchange, validation
from scalekit.common.scalekit import (
    CodeAuthenticationOptions,
    IdpInitiatedLoginClaims,
    TokenValidationOptions,
)
from scalekit.core import AsyncCoreClient


class AsyncScalekitClient(ClientBase, AsyncClients):
    """A client of one Scalekit environment, for asyncio.

    Services, methods, arguments and exceptions are those of :class:`scalekit.ScalekitClient`; whatever may
    use the network is awaitable. The event loop is never blocked, and cancelling a call drops its request.
    One client can serve several event loops.
    """

    core_client: AsyncCoreClient
    _core_class = AsyncCoreClient
    _service_prefix = "Async"

    async def authenticate_with_code(
        self, code: str, redirect_uri: str, options: CodeAuthenticationOptions | None = None
    ) -> dict[str, Any]:
        """Exchange an authorization code; see :meth:`scalekit.ScalekitClient.authenticate_with_code`."""
        core, arguments = self.core_client, code_exchange(code, redirect_uri, options)
        result: dict[str, Any] = await core._invoke(core._native.authenticate_with_code, *arguments)
        return result

    async def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Get a new access token; see :meth:`scalekit.ScalekitClient.refresh_access_token`."""
        validate.text(refresh_token=refresh_token)
        core = self.core_client
        result: dict[str, Any] = await core._invoke(core._native.refresh_access_token, refresh_token)
        return result

    async def generate_client_token(
        self, client_id: str, client_secret: str, scopes: list[str] | None = None
    ) -> str:
        """Get a machine client's token; see :meth:`scalekit.ScalekitClient.generate_client_token`."""
        validate.text(client_id=client_id, client_secret=client_secret)
        core, wanted = self.core_client, validate.strings("scopes", scopes) or []
        result = await core._invoke(core._native.generate_client_token, client_id, client_secret, wanted)
        token: str = result["access_token"]
        return token

    async def get_client_access_token(self) -> str:
        """Get this client's own access token: the one its calls use, fetched if there is no valid one."""
        core = self.core_client
        result: str = await core._invoke(core._native.client_access_token)
        return result

    async def validate_access_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> bool:
        """Tell whether a token is valid; see :meth:`scalekit.ScalekitClient.validate_access_token`."""
        native = self.core_client._native
        valid: bool = await self._validate(native.is_valid_token, token, validation(options, audience))
        return valid

    async def validate_access_token_and_get_claims(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Like :meth:`validate_token`."""
        return await self.validate_token(token, options, audience)

    async def get_idp_initiated_login_claims(
        self,
        idp_initiated_login_token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> IdpInitiatedLoginClaims:
        """Validate the token of a sign-in that began at the identity provider.

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
        """Validate a token and return its claims; see :meth:`scalekit.ScalekitClient.validate_token`."""
        native = self.core_client._native
        claims: dict[str, Any] = await self._validate(
            native.validate_token, token, validation(options, audience)
        )
        return claims

    async def verify_scopes(self, token: str, required_scopes: list[str]) -> bool:
        """Verify a token and its scopes; see :meth:`scalekit.ScalekitClient.verify_scopes`."""
        native = self.core_client._native
        await self._validate(native.validate_token, token, validation(None, None, required_scopes))
        return True

    async def _validate(
        self,
        method: Callable[..., Any],
        token: str,
        checks: tuple[list[str] | None, list[str] | None, list[str]],
    ) -> Any:
        """Call a native validation method, off the event loop only if the keys must be fetched."""
        # Validation with a cached key takes microseconds, less than a turn of the event loop.
        result = method(token, checks, cached_only=True)
        if result is None:
            result = await self.core_client._invoke(method, token, checks)
        return result

    async def aclose(self) -> None:
        """Close the connections, like :meth:`close`."""
        self.close()

    async def __aenter__(self) -> Self:
        """Use the client in an ``async with`` block, which closes it."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

"""What all services of a client share: its configuration, its credentials and the way to the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from scalekit import _native
from scalekit._runtime import validate
from scalekit._runtime.annotations import Message
from scalekit._runtime.call import Call as Call
from scalekit._runtime.token_response import TokenResponse
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.common.exceptions import ScalekitException as ScalekitException
from scalekit.common.exceptions import ScalekitServerException as ScalekitServerException
from scalekit.common.exceptions import ScalekitTooManyRequestsException as ScalekitTooManyRequestsException

TOKEN_ENDPOINT = "/oauth/token"  # noqa: S105  a path
JWKS_ENDPOINT = "/keys"
DEFAULT_KEEPALIVE_TIME_MS = 60_000
DEFAULT_KEEPALIVE_TIMEOUT_MS = 10_000
MIN_KEEPALIVE_TIME_MS = validate.MIN_KEEPALIVE_TIME_MS
DEFAULT_CALL_TIMEOUT_S = 20
DEFAULT_TOOL_CALL_TIMEOUT_S = 60


class ClientOptions(TypedDict, total=False):
    """Further options of a client; :class:`scalekit.ScalekitClient` explains them."""

    connect_timeout_s: float
    max_retries: int
    ca_certificates: bytes | str | os.PathLike[str] | None
    proxy: str | None
    token_leeway_s: float
    token_cache_size: int
    issuer: str | None
    audience: str | list[str] | None
    webhook_tolerance_s: float
    user_agent_suffix: str | None
    allow_insecure_http: bool


class BaseCoreClient:
    """Configuration and native client of :class:`CoreClient` and :class:`AsyncCoreClient`."""

    api_version: str = _native.API_VERSION

    def __init__(
        self,
        env_url: str,
        client_id: str,
        client_secret: str,
        keepalive_time_ms: int = DEFAULT_KEEPALIVE_TIME_MS,
        keepalive_timeout_ms: int = DEFAULT_KEEPALIVE_TIMEOUT_MS,
        call_timeout_s: float = DEFAULT_CALL_TIMEOUT_S,
        tool_call_timeout_s: float = DEFAULT_TOOL_CALL_TIMEOUT_S,
        *,
        connect_timeout_s: float = 10,
        max_retries: int = 3,
        ca_certificates: bytes | str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        token_leeway_s: float = 5,
        token_cache_size: int = 1024,
        issuer: str | None = None,
        audience: str | list[str] | None = None,
        webhook_tolerance_s: float = 300,
        user_agent_suffix: str | None = None,
        allow_insecure_http: bool = False,
    ) -> None:
        """Check the configuration; see :class:`scalekit.ScalekitClient` for what each option means."""
        validate.text(env_url=env_url, client_id=client_id, client_secret=client_secret)
        validate.keepalive(keepalive_time_ms, keepalive_timeout_ms)
        validate.seconds(call_timeout_s=call_timeout_s, tool_call_timeout_s=tool_call_timeout_s)
        validate.seconds(connect_timeout_s=connect_timeout_s, webhook_tolerance_s=webhook_tolerance_s)
        validate.seconds(zero=True, token_leeway_s=token_leeway_s)
        validate.count(max_retries=max_retries)
        validate.count(most=1 << 20, token_cache_size=token_cache_size)
        validate.optional_text(proxy=proxy, issuer=issuer, user_agent_suffix=user_agent_suffix)
        self.keepalive_time_ms = keepalive_time_ms
        self.keepalive_timeout_ms = keepalive_timeout_ms
        self.call_timeout_s = call_timeout_s
        self.tool_call_timeout_s = tool_call_timeout_s
        self.webhook_tolerance_s = webhook_tolerance_s
        # Without probes the timeout has no effect, but the core rejects a timeout of 0.
        probe_timeout_ms = keepalive_timeout_ms if keepalive_time_ms else DEFAULT_KEEPALIVE_TIMEOUT_MS
        self._native = _native.NativeClient(
            {
                "env_url": env_url,
                "client_id": client_id,
                "client_secret": client_secret,
                "call_timeout": float(call_timeout_s),
                "tool_call_timeout": float(tool_call_timeout_s),
                "connect_timeout": float(connect_timeout_s),
                "keepalive_time": keepalive_time_ms / 1000,
                "keepalive_timeout": probe_timeout_ms / 1000,
                "max_retries": max_retries,
                "ca_certificates": validate.certificates(ca_certificates),
                "proxy": proxy,
                "token_leeway": float(token_leeway_s),
                "token_cache_size": token_cache_size,
                "webhook_tolerance": float(webhook_tolerance_s),
                "issuer": issuer,
                "audience": validate.strings("audience", audience),
                "user_agent_suffix": user_agent_suffix,
                "allow_insecure_http": allow_insecure_http,
                "language_version": "{}.{}.{}".format(*sys.version_info),
            }
        )
        self.env_url: str = self._native.env_url
        self.client_id: str = client_id
        self.host: str = self.env_url.split("://", 1)[1].split("/", 1)[0]

    @property
    def sdk_version(self) -> str:
        """The ``x-sdk-version`` header of every call."""
        return self._native.sdk_version

    @property
    def user_agent(self) -> str:
        """The ``user-agent`` header of every call."""
        return self._native.user_agent

    def _headers(self, token: str, more: dict[str, str] | None) -> dict[str, str]:
        own = {
            "user-agent": self.user_agent,
            "x-sdk-version": self.sdk_version,
            "x-api-version": self.api_version,
            "authorization": f"Bearer {token}",
        }
        return {**own, **(more or {})}

    def _grant(self, data: Mapping[str, str]) -> tuple[str, tuple[Any, ...]]:
        """The native method, and its arguments, of a form for the token endpoint."""
        grant, own = data.get("grant_type"), data.get("client_id", self.client_id)
        if grant == "client_credentials":
            secret = data.get("client_secret")
            validate.text(client_id=own, client_secret=secret)
            scopes = data.get("scope") or ""
            validate.optional_text(scope=scopes)
            return "generate_client_token", (own, secret, scopes.split())
        if own != self.client_id:
            raise ScalekitArgumentException("client_id: codes and refresh tokens are those of this client")
        if grant == "authorization_code":
            code, redirect_uri = data.get("code"), data.get("redirect_uri")
            validate.text(code=code, redirect_uri=redirect_uri)
            verifier = data.get("code_verifier")
            validate.optional_text(code_verifier=verifier)
            return "authenticate_with_code", (code, redirect_uri, verifier)
        if grant == "refresh_token":
            validate.text(refresh_token=data.get("refresh_token"))
            return "refresh_access_token", (data["refresh_token"],)
        raise ScalekitArgumentException(f"grant_type: {grant!r} is not a grant of the token endpoint")

    def close(self) -> None:
        """Close the connections. A call made later raises :class:`ScalekitException`."""
        self._native.close()

    def __repr__(self) -> str:
        """Name the environment and the client id, never the secret."""
        return f"{type(self).__name__}(env_url={self.env_url!r}, client_id={self.client_id!r})"


class CoreClient(BaseCoreClient):
    """Calls operations by their name, blocking."""

    def grpc_exec(
        self,
        func: str,
        data: Message,
        retry: int = 2,
        timeout: float | None = None,
        retry_on_unavailable: bool = True,
    ) -> tuple[Any, Call]:
        """Call any operation of the API by its name.

        Args:
            func: service and method, such as ``"OrganizationService.GetOrganization"``.
            data: the request message.
            retry: without effect; what is safe to repeat is repeated within the deadline.
            timeout: deadline in seconds, all attempts included; default ``call_timeout_s``.
            retry_on_unavailable: without effect, as `retry`.

        Returns:
            The response message and the :class:`Call`.
        """
        response, request = _response_type(func), data.SerializeToString()
        if timeout is not None:
            validate.seconds(timeout=timeout)
        body, headers = self._native.call(func, request, timeout)
        return response.FromString(body), Call(headers)

    def authenticate(self, data: Mapping[str, str]) -> TokenResponse:
        """Get tokens by one of the three grants (RFC 6749), given as the form of the token endpoint.

        Args:
            data: ``grant_type`` and what goes with it: ``client_id``, ``client_secret`` and ``scope`` for
                ``client_credentials``; ``code``, ``redirect_uri`` and ``code_verifier`` for
                ``authorization_code``, whose ID token is verified; ``refresh_token`` for ``refresh_token``.

        Raises:
            ScalekitArgumentException: another grant, or one for another client's code or refresh token.
            ScalekitServerException: the endpoint refused, with its ``error`` as ``error_code``.
        """
        method, arguments = self._grant(data)
        return TokenResponse(getattr(self._native, method)(*arguments))

    def get_headers(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        """Return the headers of a call: ``user-agent``, the versions, and a valid bearer token.

        Args:
            headers: more headers, which win over those of the same name.
        """
        return self._headers(self._native.client_access_token(), headers)

    def get_jwks(self) -> None:
        """Fetch the environment's signing keys, which validations use, ahead of need."""
        self._native.refresh_keys()


class AsyncCoreClient(BaseCoreClient):
    """Calls operations by their name, awaitable."""

    _sink: tuple[object, _native.Sink] | None = None

    async def _invoke(self, method: Callable[..., _native.Task], *arguments: object) -> Any:
        """Await a native method. Cancelling the wait drops the request and its connection."""
        import asyncio

        loop = asyncio.get_running_loop()
        known = self._sink
        if known is None or known[0] is not loop:
            # Answers that come at once share one wake-up of the loop, so there is one sink a loop.
            known = self._sink = (loop, _native.Sink(loop.call_soon_threadsafe))
        future = loop.create_future()
        task = method(*arguments, target=(known[1], future))
        try:
            return await future
        finally:
            task.cancel()

    async def grpc_exec(
        self,
        func: str,
        data: Message,
        retry: int = 2,
        timeout: float | None = None,
        retry_on_unavailable: bool = True,
    ) -> tuple[Any, Call]:
        """Await any operation of the API by its name; see :meth:`CoreClient.grpc_exec`."""
        response, request = _response_type(func), data.SerializeToString()
        if timeout is not None:
            validate.seconds(timeout=timeout)
        body, headers = await self._invoke(self._native.call, func, request, timeout)
        return response.FromString(body), Call(headers)

    async def authenticate(self, data: Mapping[str, str]) -> TokenResponse:
        """Await a post to the token endpoint; see :meth:`CoreClient.authenticate`."""
        method, arguments = self._grant(data)
        return TokenResponse(await self._invoke(getattr(self._native, method), *arguments))

    async def get_headers(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        """Await the headers of a call; see :meth:`CoreClient.get_headers`."""
        return self._headers(await self._invoke(self._native.client_access_token), headers)

    async def get_jwks(self) -> None:
        """Await the environment's signing keys; see :meth:`CoreClient.get_jwks`."""
        await self._invoke(self._native.refresh_keys)


def _response_type(operation: str) -> type[Message]:
    from google.protobuf import descriptor_pool, message_factory

    name = _native.response_type(operation)
    found: type[Message] = message_factory.GetMessageClass(
        descriptor_pool.Default().FindMessageTypeByName(name)
    )
    return found

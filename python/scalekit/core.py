"""The core client: configuration, credentials and connections, shared by all services of a client.

Applications use :class:`scalekit.ScalekitClient`. Its ``core_client`` has the members that
``scalekit-sdk-python`` documents for direct use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from scalekit import _native
from scalekit._native import DEFAULTS
from scalekit._runtime import observers, validate
from scalekit._runtime.annotations import Message
from scalekit._runtime.call import Call as Call
from scalekit._runtime.token_response import TokenResponse
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.common.exceptions import ScalekitException as ScalekitException
from scalekit.common.exceptions import ScalekitServerException as ScalekitServerException
from scalekit.common.exceptions import (
    ScalekitTooManyRequestsException as ScalekitTooManyRequestsException,
)

# For compatibility with scalekit-sdk-python: applications import these constants, and the
# exceptions above.
TOKEN_ENDPOINT = "/oauth/token"  # noqa: S105
JWKS_ENDPOINT = "/keys"
DEFAULT_KEEPALIVE_TIME_MS = DEFAULTS["keepalive_time_ms"]
DEFAULT_KEEPALIVE_TIMEOUT_MS = DEFAULTS["keepalive_timeout_ms"]
MIN_KEEPALIVE_TIME_MS = _native.MIN_KEEPALIVE_TIME_MS
DEFAULT_CALL_TIMEOUT_S = DEFAULTS["call_timeout_s"]
DEFAULT_TOOL_CALL_TIMEOUT_S = DEFAULTS["tool_call_timeout_s"]


class ClientOptions(TypedDict, total=False):
    """Keyword-only options of a client, documented by :class:`scalekit.ScalekitClient`."""

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
    """The common base of :class:`CoreClient` and :class:`AsyncCoreClient`."""

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
        connect_timeout_s: float = DEFAULTS["connect_timeout_s"],
        max_retries: int = DEFAULTS["max_retries"],
        ca_certificates: bytes | str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        token_leeway_s: float = DEFAULTS["token_leeway_s"],
        token_cache_size: int = DEFAULTS["token_cache_size"],
        issuer: str | None = None,
        audience: str | list[str] | None = None,
        webhook_tolerance_s: float = DEFAULTS["webhook_tolerance_s"],
        user_agent_suffix: str | None = None,
        allow_insecure_http: bool = False,
    ) -> None:
        """Validates the options, which :class:`scalekit.ScalekitClient` documents."""
        self.keepalive_time_ms = keepalive_time_ms
        self.keepalive_timeout_ms = keepalive_timeout_ms
        self.call_timeout_s = call_timeout_s
        self.tool_call_timeout_s = tool_call_timeout_s
        self.webhook_tolerance_s = webhook_tolerance_s
        self._native = _native.NativeClient(
            {
                "env_url": env_url,
                "client_id": client_id,
                "client_secret": client_secret,
                "keepalive_time_ms": keepalive_time_ms,
                "keepalive_timeout_ms": keepalive_timeout_ms,
                "call_timeout_s": call_timeout_s,
                "tool_call_timeout_s": tool_call_timeout_s,
                "connect_timeout_s": connect_timeout_s,
                "max_retries": max_retries,
                "ca_certificates": ca_certificates,
                "proxy": proxy,
                "token_leeway_s": token_leeway_s,
                "token_cache_size": token_cache_size,
                "issuer": issuer,
                "audience": audience,
                "webhook_tolerance_s": webhook_tolerance_s,
                "user_agent_suffix": user_agent_suffix,
                "allow_insecure_http": allow_insecure_http,
            },
            "{}.{}.{}".format(*sys.version_info),
        )
        if os.environ.get("SCALEKIT_LOG", "").lower() == "debug":
            observers.write_log()
        self.env_url: str = self._native.env_url
        self.client_id: str = client_id
        self.host: str = self.env_url.split("://", 1)[1].split("/", 1)[0]

    @property
    def sdk_version(self) -> str:
        """The ``x-sdk-version`` header of every request."""
        return self._native.sdk_version

    @property
    def user_agent(self) -> str:
        """The ``user-agent`` header of every request."""
        return self._native.user_agent

    def _request_headers(self, token: str, extra: dict[str, str] | None) -> dict[str, str]:
        headers = {
            "user-agent": self.user_agent,
            "x-sdk-version": self.sdk_version,
            "x-api-version": self.api_version,
            "authorization": f"Bearer {token}",
        }
        return {**headers, **(extra or {})}

    def _grant(self, data: Mapping[str, str]) -> tuple[str, tuple[Any, ...]]:
        """Returns the grant and the arguments of a token request."""
        grant, client_id = data.get("grant_type"), data.get("client_id", self.client_id)
        if grant == "client_credentials":
            secret = data.get("client_secret")
            validate.text(client_id=client_id, client_secret=secret)
            scopes = data.get("scope") or ""
            validate.optional_text(scope=scopes)
            return grant, (client_id, secret, scopes)
        if client_id != self.client_id:
            raise ScalekitArgumentException(
                f"client_id must be the id of this client for grant_type {grant!r}"
            )
        if grant == "authorization_code":
            code, redirect_uri = data.get("code"), data.get("redirect_uri")
            validate.text(code=code, redirect_uri=redirect_uri)
            verifier = data.get("code_verifier")
            validate.optional_text(code_verifier=verifier)
            return grant, (code, redirect_uri, verifier)
        if grant == "refresh_token":
            validate.text(refresh_token=data.get("refresh_token"))
            return grant, (data["refresh_token"],)
        raise ScalekitArgumentException(
            f"grant_type must be client_credentials, authorization_code or refresh_token, not {grant!r}"
        )

    def close(self) -> None:
        """Closes the connections. Later calls raise a :class:`ScalekitCancelledException`."""
        self._native.close()

    def __repr__(self) -> str:
        """Shows the environment's URL and the client id, but not the secret."""
        return f"{type(self).__name__}(env_url={self.env_url!r}, client_id={self.client_id!r})"


class CoreClient(BaseCoreClient):
    """The core client of :class:`scalekit.ScalekitClient`, blocking."""

    def grpc_exec(
        self,
        func: str,
        data: Message,
        retry: int = 2,
        timeout: float | None = None,
        retry_on_unavailable: bool = True,
    ) -> tuple[Any, Call]:
        """Calls an operation by name.

        For compatibility with ``scalekit-sdk-python``. The call uses REST, not gRPC.

        Args:
            func: service and method, such as ``"OrganizationService.GetOrganization"``.
            data: the request message.
            retry: ignored. The option ``max_retries`` of the client limits retries.
            timeout: seconds for the call with all retries; default ``call_timeout_s``.
            retry_on_unavailable: ignored.

        Returns:
            The response message and the :class:`Call`.

        Raises:
            ScalekitArgumentException: the operation does not exist, or the timeout is invalid.
            ScalekitServerException: the service rejected the call or was not reached.
        """
        response, request = _response_type(func), data.SerializeToString()
        body, headers = observers.caller(self._native.call)(func, request, timeout)
        return response.FromString(body), Call(headers)

    def authenticate(self, data: Mapping[str, str]) -> TokenResponse:
        """Requests tokens with a form of the token endpoint (RFC 6749).

        For compatibility with ``scalekit-sdk-python``. New code calls
        :meth:`ScalekitClient.authenticate_with_code`, :meth:`ScalekitClient.refresh_access_token`
        or :meth:`ScalekitClient.generate_client_token`.

        Args:
            data: ``grant_type`` and the fields of that grant. ``client_credentials`` takes
                ``client_id``, ``client_secret`` and ``scope``. ``authorization_code`` takes
                ``code``, ``redirect_uri`` and ``code_verifier``; the ID token is verified.
                ``refresh_token`` takes ``refresh_token``.

        Raises:
            ScalekitArgumentException: the grant is unknown, a field is missing, or the code or
                refresh token belongs to another client.
            ScalekitServerException: the endpoint rejected the request; ``error_code`` is its
                ``error``.
        """
        grant, arguments = self._grant(data)
        return TokenResponse(self._native.request_token(grant, *arguments))

    def get_headers(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        """Returns the headers of a request, with a valid bearer token.

        For compatibility with ``scalekit-sdk-python``.

        Args:
            headers: additional headers. They replace default headers of the same name.
        """
        return self._request_headers(self._native.client_access_token(), headers)

    def get_jwks(self) -> None:
        """Fetches and caches the environment's signing keys.

        For compatibility with ``scalekit-sdk-python``: validation fetches missing keys anyway.
        """
        self._native.refresh_keys()


class _AsyncCalls:
    """A base with a method that awaits native methods."""

    _sink: tuple[object, _native.Sink] | None = None

    async def _invoke(self, method: Callable[..., _native.Task], *arguments: object) -> Any:
        """Awaits a native method. Cancellation drops the request and its connection."""
        import asyncio

        loop = asyncio.get_running_loop()
        cached = self._sink
        if cached is None or cached[0] is not loop:
            # One sink for each loop: results that arrive together then share one wake-up of the
            # loop.
            cached = self._sink = (loop, _native.Sink(loop.call_soon_threadsafe))
        future = loop.create_future()
        task = method(*arguments, target=(cached[1], future))
        try:
            return await future
        finally:
            task.cancel()


class AsyncCoreClient(_AsyncCalls, BaseCoreClient):
    """The core client of :class:`scalekit.AsyncScalekitClient`."""

    async def grpc_exec(
        self,
        func: str,
        data: Message,
        retry: int = 2,
        timeout: float | None = None,
        retry_on_unavailable: bool = True,
    ) -> tuple[Any, Call]:
        """Calls an operation by name; see :meth:`CoreClient.grpc_exec`."""
        response, request = _response_type(func), data.SerializeToString()
        body, headers = await observers.async_caller(self._invoke)(
            self._native.call, func, request, timeout
        )
        return response.FromString(body), Call(headers)

    async def authenticate(self, data: Mapping[str, str]) -> TokenResponse:
        """Requests tokens with a form of the token endpoint.

        See :meth:`CoreClient.authenticate`.
        """
        grant, arguments = self._grant(data)
        return TokenResponse(await self._invoke(self._native.request_token, grant, *arguments))

    async def get_headers(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        """Returns the headers of a request; see :meth:`CoreClient.get_headers`."""
        return self._request_headers(await self._invoke(self._native.client_access_token), headers)

    async def get_jwks(self) -> None:
        """Fetches the environment's signing keys; see :meth:`CoreClient.get_jwks`."""
        await self._invoke(self._native.refresh_keys)


def _response_type(operation: str) -> type[Message]:
    from google.protobuf import descriptor_pool, empty_pb2, message_factory

    name = _native.response_type(operation)
    # The modules of the requests import the other responses.
    if name == "google.protobuf.Empty":
        return empty_pb2.Empty
    response: type[Message] = message_factory.GetMessageClass(
        descriptor_pool.Default().FindMessageTypeByName(name)
    )
    return response

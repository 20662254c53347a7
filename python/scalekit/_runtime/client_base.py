"""The common base of the blocking and the async client: members that never use the network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from scalekit import _native
from scalekit._clients import SERVICES
from scalekit._runtime import validate
from scalekit._runtime.annotations import Self, Unpack
from scalekit.common.scalekit import (
    AuthorizationUrlOptions,
    CodeAuthenticationOptions,
    LogoutUrlOptions,
    TokenValidationOptions,
    WebhookEvent,
)
from scalekit.core import (
    DEFAULT_CALL_TIMEOUT_S,
    DEFAULT_KEEPALIVE_TIME_MS,
    DEFAULT_KEEPALIVE_TIMEOUT_MS,
    DEFAULT_TOOL_CALL_TIMEOUT_S,
    BaseCoreClient,
    ClientOptions,
)

# The agent API. Two objects, each with its own modifiers.
_AGENT_APIS = ("actions", "connect")


class ClientBase:
    """URLs, webhooks, interceptors, and the service clients as lazily created attributes."""

    _service_prefix = ""
    core_client: BaseCoreClient
    _core_class: type[BaseCoreClient]

    def __init__(
        self,
        env_url: str,
        client_id: str,
        client_secret: str,
        keepalive_time_ms: int = DEFAULT_KEEPALIVE_TIME_MS,
        keepalive_timeout_ms: int = DEFAULT_KEEPALIVE_TIMEOUT_MS,
        call_timeout_s: float = DEFAULT_CALL_TIMEOUT_S,
        tool_call_timeout_s: float = DEFAULT_TOOL_CALL_TIMEOUT_S,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Validates the options. Does not use the network and starts no thread."""
        self.core_client = self._core_class(
            env_url,
            client_id,
            client_secret,
            keepalive_time_ms,
            keepalive_timeout_ms,
            call_timeout_s,
            tool_call_timeout_s,
            **options,
        )

    # Hidden from type checkers: they read the services from the annotations and reject other names.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Creates the service client or the agent API `name` and caches it."""
            if name in SERVICES:
                module, kind = SERVICES[name]
                arguments = [self.core_client]
            elif name in _AGENT_APIS:
                module, kind = "actions.actions", "ActionClient"
                services = ("tools", "connected_accounts", "mcp", "providers", "connection")
                arguments = [getattr(self, service) for service in services]
            else:
                text = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(text, name=name, obj=self)
            created = getattr(import_module(f"scalekit.{module}"), self._service_prefix + kind)
            self.__dict__[name] = created(*arguments)
            return self.__dict__[name]

    @property
    def env_url(self) -> str:
        """The environment's URL, without a trailing slash."""
        return self.core_client.env_url

    def __dir__(self) -> list[str]:
        """Includes the service clients that are not created yet."""
        return sorted({*super().__dir__(), *SERVICES, *_AGENT_APIS})

    @classmethod
    def from_env(
        cls,
        *,
        keepalive_time_ms: int = DEFAULT_KEEPALIVE_TIME_MS,
        keepalive_timeout_ms: int = DEFAULT_KEEPALIVE_TIMEOUT_MS,
        call_timeout_s: float = DEFAULT_CALL_TIMEOUT_S,
        tool_call_timeout_s: float = DEFAULT_TOOL_CALL_TIMEOUT_S,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Creates a client from the environment variables ``SCALEKIT_ENVIRONMENT_URL`` (or
        ``SCALEKIT_ENV_URL``), ``SCALEKIT_CLIENT_ID`` and ``SCALEKIT_CLIENT_SECRET``.

        Raises:
            ScalekitArgumentException: one of the variables is not set.
        """
        env_url, client_id, client_secret = _native.credentials(os.environ.get)
        return cls(
            env_url,
            client_id,
            client_secret,
            keepalive_time_ms,
            keepalive_timeout_ms,
            call_timeout_s,
            tool_call_timeout_s,
            **options,
        )

    def get_authorization_url(
        self, redirect_uri: str, options: AuthorizationUrlOptions | None = None
    ) -> str:
        """Builds the URL that starts a login (OAuth 2.0, RFC 6749 section 4.1.1). No network.

        Args:
            redirect_uri: the URL that the user returns to. It must be configured in the dashboard.
            options: parameters of the login. The scopes default to ``openid profile email``.

        Returns:
            The URL to redirect the user to.
        """
        validate.options(options, AuthorizationUrlOptions)
        attributes = options.__dict__ if options else {}
        return self.core_client._native.authorization_url(redirect_uri, attributes)

    def get_logout_url(self, options: LogoutUrlOptions | None = None) -> str:
        """Builds the URL that ends the user's session (OIDC RP-Initiated Logout 1.0). No network.

        Args:
            options: the session to end, and the URL to redirect the user to afterwards.
        """
        validate.options(options, LogoutUrlOptions)
        return self.core_client._native.logout_url(options.__dict__ if options else {})

    def verify_webhook_payload(
        self,
        secret: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
        payload: str | bytes | bytearray | memoryview,
    ) -> bool:
        """Verifies that a webhook comes from Scalekit (Standard Webhooks, HMAC-SHA256). No network.

        Args:
            secret: the endpoint's signing secret, ``whsec_...``.
            headers: the request's headers, with names in any letter case: a ``dict``, or the
                headers of Starlette, Flask or Django (``request.headers`` or ``request.META``).
            payload: the unmodified body of the request.

        Returns:
            ``True``.

        Raises:
            WebhookVerificationError: the signature is invalid, or the timestamp differs from the
                current time by more than ``webhook_tolerance_s`` (default 5 minutes).
        """
        return self.core_client._native.verify(False, secret, headers, payload)

    def parse_webhook_event(
        self,
        secret: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
        payload: str | bytes | bytearray | memoryview,
    ) -> WebhookEvent:
        """Verifies a webhook, as :meth:`verify_webhook_payload` does, and returns its event.

        Args:
            secret: the endpoint's signing secret, ``whsec_...``.
            headers: the request's headers.
            payload: the unmodified body of the request.

        Returns:
            The JSON of the event. Unknown fields and kinds of objects are kept.

        Raises:
            WebhookVerificationError: the verification failed.
            ScalekitException: the payload has a valid signature but is not an event.
        """
        # A copy, so that no other thread changes the body between verification and parsing.
        body = payload if isinstance(payload, str) else bytes(payload)
        self.verify_webhook_payload(secret, headers, body)
        event: WebhookEvent = import_module("scalekit._runtime.webhooks").parse_event(body)
        return event

    def verify_interceptor_payload(
        self,
        secret: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
        payload: str | bytes | bytearray | memoryview,
    ) -> bool:
        """Verifies that an interceptor request comes from Scalekit.

        See :meth:`verify_webhook_payload`.

        The headers are ``interceptor-id``, ``interceptor-timestamp`` and ``interceptor-signature``.
        A missing one falls back to the ``webhook-`` header.
        """
        return self.core_client._native.verify(True, secret, headers, payload)

    def close(self) -> None:
        """Closes the connections. Later calls raise a :class:`ScalekitCancelledException`."""
        self.core_client.close()

    def __repr__(self) -> str:
        """Shows the environment's URL and the client id, but not the secret."""
        core = self.core_client
        return f"{type(self).__name__}(env_url={core.env_url!r}, client_id={core.client_id!r})"


def token_checks(
    options: TokenValidationOptions | None,
    audience: str | list[str] | None,
    scopes: list[str] | None = None,
) -> tuple[list[str] | None, list[str] | None, list[str]]:
    """Returns the accepted issuers, the accepted audiences and the required scopes.

    The audience of the options takes precedence over `audience`. An empty issuer means any issuer,
    as documented. An empty list of audiences rejects every token: the application may have failed
    to fill it.
    """
    validate.options(options, TokenValidationOptions)
    issuers = validate.strings("issuer", getattr(options, "issuer", None) or None)
    option = getattr(options, "audience", None)
    audiences = validate.strings("audience", audience if option is None else option)
    required = validate.strings(
        "required_scopes", scopes or getattr(options, "required_scopes", None)
    )
    return issuers, audiences, required or []


def code_arguments(
    code: str, redirect_uri: str, options: CodeAuthenticationOptions | None
) -> tuple[str, str, str | None]:
    """Validates the arguments of a code exchange and returns the code, redirect URI and PKCE
    verifier.
    """
    validate.text(code=code, redirect_uri=redirect_uri)
    validate.options(options, CodeAuthenticationOptions)
    verifier = getattr(options, "code_verifier", None)
    if verifier is not None:
        validate.text(code_verifier=verifier)
    return code, redirect_uri, verifier

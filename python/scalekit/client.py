"""The blocking client."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any

from scalekit._clients import SERVICES, Clients
from scalekit._runtime import validate
from scalekit._runtime.annotations import Self
from scalekit._runtime.client_base import ClientBase, code_arguments, token_checks
from scalekit.common.exceptions import (
    ScalekitValidateTokenFailureException as ScalekitValidateTokenFailureException,
)
from scalekit.common.exceptions import WebhookVerificationError as WebhookVerificationError
from scalekit.common.scalekit import AuthorizationUrlOptions as AuthorizationUrlOptions
from scalekit.common.scalekit import CodeAuthenticationOptions as CodeAuthenticationOptions
from scalekit.common.scalekit import GrantType as GrantType
from scalekit.common.scalekit import IdpInitiatedLoginClaims as IdpInitiatedLoginClaims
from scalekit.common.scalekit import LogoutUrlOptions as LogoutUrlOptions
from scalekit.common.scalekit import TokenValidationOptions as TokenValidationOptions
from scalekit.constants.user import id_token_claim_to_user_map as id_token_claim_to_user_map
from scalekit.core import CoreClient

if TYPE_CHECKING:
    from datetime import timedelta

    from scalekit.actions import ActionClient
    from scalekit.audit_logs import AuditLogsClient as AuditLogsClient
    from scalekit.auth import AuthClient as AuthClient
    from scalekit.clients import ClientsClient as ClientsClient
    from scalekit.connected_accounts import ConnectedAccountsClient as ConnectedAccountsClient
    from scalekit.connection import ConnectionClient as ConnectionClient
    from scalekit.directory import DirectoryClient as DirectoryClient
    from scalekit.domain import DomainClient as DomainClient
    from scalekit.events import EventsClient as EventsClient
    from scalekit.m2m_client import M2MClient as M2MClient
    from scalekit.mcp import McpClient as McpClient
    from scalekit.organization import OrganizationClient as OrganizationClient
    from scalekit.passwordless import PasswordlessClient as PasswordlessClient
    from scalekit.permissions import PermissionClient as PermissionClient
    from scalekit.providers import ProvidersClient as ProvidersClient
    from scalekit.resource import ResourceClient as ResourceClient
    from scalekit.role import RoleClient as RoleClient
    from scalekit.sessions import SessionsClient as SessionsClient
    from scalekit.token import TokenClient as TokenClient
    from scalekit.tools import ToolsClient as ToolsClient
    from scalekit.users import UserClient as UserClient
    from scalekit.webauthn import WebAuthnClient as WebAuthnClient

    webhook_tolerance_in_seconds: timedelta

# For compatibility with scalekit-sdk-python: applications import these constants from here.
AUTHORIZE_ENDPOINT = "oauth/authorize"
LOGOUT_ENDPOINT = "oidc/logout"
webhook_signature_version = "v1"

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads service classes, and a constant that needs `datetime`, when they are first used."""
        if name == "webhook_tolerance_in_seconds":
            from datetime import timedelta

            return timedelta(minutes=5)
        for module, kind in SERVICES.values():
            if kind == name:
                return getattr(import_module(f"scalekit.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class ScalekitClient(ClientBase, Clients):
    """A client of one Scalekit environment, for blocking code.

    Create one client and reuse it. It can be shared between threads, works after a fork, and reuses
    connections and the service token. The constructor only validates the options; the first call
    connects and fetches the token. The GIL is released while a call waits.

    Args:
        env_url: URL of the environment, such as ``https://acme.scalekit.com``. ``http`` is accepted
            only for this machine.
        client_id: client id, from the dashboard.
        client_secret: client secret, from the dashboard. Never shown.
        keepalive_time_ms: milliseconds between keepalive probes of a connection, at least 60000; 0
            turns them off; default 60000.
        keepalive_timeout_ms: milliseconds to wait for the response to a probe; default 10000.
        call_timeout_s: seconds for one call with all retries and waits; default 20.
        tool_call_timeout_s: the same for tool executions; default 60.
        connect_timeout_s: seconds for one attempt to connect; default 10.
        max_retries: number of retries of calls that are safe to repeat; 0 turns retries off;
            default 3.
        ca_certificates: certificates to trust in addition to the system's: PEM, or the path of a
            PEM file. ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``,
            ``GRPC_DEFAULT_SSL_ROOTS_FILE_PATH``, ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` add
            certificates in the same way.
        proxy: URL of a proxy; default the environment variables ``HTTPS_PROXY`` and
            ``NO_PROXY``.
        token_leeway_s: seconds of clock difference to accept when a token's times are validated;
            default 5.
        token_cache_size: number of verified tokens in the cache, which stores keyed hashes, 22
            bytes each. A cached token is validated without another signature verification; 0 turns
            the cache off; default 1024.
        issuer: required issuer of tokens, unless a validation specifies another one.
        audience: required audience of tokens, unless a validation specifies another one.
        webhook_tolerance_s: accepted difference in seconds between a webhook's timestamp and the
            current time; default 300.
        user_agent_suffix: text to append to the ``user-agent`` header, such as ``acme-portal/2.1``.
        allow_insecure_http: accept ``http`` for any host. Secrets are then sent unencrypted.

    Raises:
        ScalekitArgumentException: an option is invalid; the message names it.
    """

    core_client: CoreClient
    actions: ActionClient
    """Tools, connected accounts and MCP servers for agents."""
    connect: ActionClient
    """The same as `actions`, with its own modifiers."""
    _core_class = CoreClient

    def authenticate_with_code(
        self, code: str, redirect_uri: str, options: CodeAuthenticationOptions | None = None
    ) -> dict[str, Any]:
        """Exchanges an authorization code for tokens and verifies the ID token.

        See RFC 6749 section 4.1.3 and OpenID Connect Core section 3.1.3.

        Args:
            code: the ``code`` parameter of the callback. It can be used once.
            redirect_uri: the redirect URI of the authorization URL.
            options: the PKCE verifier (RFC 7636), if the authorization URL had a challenge.

        Returns:
            A ``dict`` with ``user`` (the profile as a ``dict``: ``id``, ``email``, ``givenName``
            and so on), ``id_token``, ``access_token``, ``refresh_token``, ``connection_id``,
            ``organization_id`` and ``expires_in`` (seconds). Values that the service did not send
            are ``None``.

        Raises:
            ScalekitServerException: the code was rejected, with an ``error_code`` such as
                ``invalid_grant``.
            ScalekitValidateTokenFailureException: the ID token is invalid or was issued for another
                client.
        """
        arguments = code_arguments(code, redirect_uri, options)
        return self.core_client._native.request_token("authorization_code", *arguments)

    def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Requests a new access token with a refresh token (RFC 6749 section 6).

        Returns:
            A ``dict`` with ``access_token``, ``refresh_token`` (the given one if the service sent
            no new one), ``id_token`` and ``expires_in`` (seconds). Other values that the service
            did not send are ``None``.

        Raises:
            ScalekitServerException: the refresh token was rejected.
        """
        validate.text(refresh_token=refresh_token)
        return self.core_client._native.request_token("refresh_token", refresh_token)

    def generate_client_token(
        self, client_id: str, client_secret: str, scopes: list[str] | None = None
    ) -> str:
        """Requests an access token for a machine client (client credentials, RFC 6749 section 4.4).

        Args:
            client_id: id of the machine client, such as ``m2morg_123``.
            client_secret: a secret of the machine client.
            scopes: scopes to request; default all scopes of the client.

        Returns:
            The access token.

        Raises:
            ScalekitServerException: the credentials or the scopes were rejected.
        """
        validate.text(client_id=client_id, client_secret=client_secret)
        scope = " ".join(validate.strings("scopes", scopes) or [])
        result = self.core_client._native.request_token(
            "client_credentials", client_id, client_secret, scope
        )
        token: str = result["access_token"]
        return token

    def get_client_access_token(self) -> str:
        """Returns the service token, which this client's calls use.

        Fetches one if none is valid.
        """
        return self.core_client._native.client_access_token()

    def validate_access_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> bool:
        """Returns ``True`` if an access token is valid.

        Verifies the signature (RS256) with the environment's cached keys, ``exp``, ``nbf`` and
        ``iat``, and the issuer, audience and scopes if they are given.

        Args:
            token: the JWT, without ``Bearer``.
            options: the required issuer, audience and scopes.
            audience: accepted audiences; ``aud`` must contain one of them. The audience of
                `options` takes precedence.

        Raises:
            ScalekitServerException: the keys could not be fetched, so the token could not be
                validated.
        """
        native = self.core_client._native
        if options is None and audience is None:
            return native.validate_token(token, None, False)
        return native.validate_token(token, token_checks(options, audience), False)

    def validate_access_token_and_get_claims(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Validates a token and returns its claims; the same as :meth:`validate_token`."""
        return self.validate_token(token, options, audience)

    def get_idp_initiated_login_claims(
        self,
        idp_initiated_login_token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> IdpInitiatedLoginClaims:
        """Validates the token of a login that started at the identity provider.

        Args:
            idp_initiated_login_token: the ``idp_initiated_login`` parameter of the callback.
            options: see :meth:`validate_access_token`.
            audience: see :meth:`validate_access_token`.

        Returns:
            The claims. Pass ``connection_id``, ``organization_id``, ``login_hint`` and
            ``relay_state`` (as ``state``) to :class:`AuthorizationUrlOptions` to continue the
            login.

        Raises:
            ScalekitValidateTokenFailureException: the token is invalid; the message contains the
                reason.
        """
        return IdpInitiatedLoginClaims(
            self.validate_token(idp_initiated_login_token, options, audience)
        )

    def validate_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Validates a token of the environment and returns its claims.

        See :meth:`validate_access_token`.

        Raises:
            ScalekitValidateTokenFailureException: the token is invalid; the message contains the
                reason.
            ScalekitServerException: the keys could not be fetched.
        """
        native = self.core_client._native
        if options is None and audience is None:
            return native.validate_token(token)
        return native.validate_token(token, token_checks(options, audience))

    def verify_scopes(self, token: str, required_scopes: list[str]) -> bool:
        """Validates a token, which must have all of `required_scopes`.

        Returns:
            ``True``.

        Raises:
            ScalekitValidateTokenFailureException: the token is invalid or lacks scopes; the message
                names the missing scopes.
            ScalekitServerException: the keys could not be fetched.
        """
        self.core_client._native.validate_token(token, token_checks(None, None, required_scopes))
        return True

    def __enter__(self) -> Self:
        """Returns the client. The ``with`` block closes it at its end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the client."""
        self.close()

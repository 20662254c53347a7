"""The blocking client."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any

from scalekit._clients import SERVICES, Clients
from scalekit._runtime import validate
from scalekit._runtime.annotations import Self
from scalekit._runtime.client_base import ClientBase, code_exchange, validation
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

AUTHORIZE_ENDPOINT = "oauth/authorize"
LOGOUT_ENDPOINT = "oidc/logout"
webhook_signature_version = "v1"

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load service classes, and a constant that needs `datetime`, at their first use."""
        if name == "webhook_tolerance_in_seconds":
            from datetime import timedelta

            return timedelta(minutes=5)
        for module, kind in SERVICES.values():
            if kind == name:
                return getattr(import_module(f"scalekit.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class ScalekitClient(ClientBase, Clients):
    """A client of one Scalekit environment, for blocking code.

    Make one and keep it: it is safe to share between threads, survives forks, and reuses connections and the
    service token. Making it does nothing but check its options; the first call connects and fetches the
    token. The GIL is free while a call waits.

    Args:
        env_url: URL of the environment, such as ``https://acme.scalekit.com``; ``http`` only to this machine.
        client_id: client id, from the dashboard.
        client_secret: client secret, from the dashboard. Never shown.
        keepalive_time_ms: milliseconds between probes of a connection; 0 for none, else 60000 at least.
        keepalive_timeout_ms: milliseconds to wait for the answer to a probe.
        call_timeout_s: seconds a call may take, all attempts and waits included.
        tool_call_timeout_s: the same for tool executions.
        connect_timeout_s: seconds one attempt to connect may take.
        max_retries: how often a call is repeated where that is safe; 0 for never.
        ca_certificates: certificates to trust beside those of the system: PEM, or the path of a PEM file.
            ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``, ``GRPC_DEFAULT_SSL_ROOTS_FILE_PATH``,
            ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` add certificates in the same way.
        proxy: URL of a proxy; default the environment's ``HTTPS_PROXY`` and ``NO_PROXY``.
        token_leeway_s: seconds by which clocks may differ when the times in a token are checked.
        token_cache_size: how many verified tokens are remembered, as keyed hashes (20 bytes each), so that
            the same token again is checked for its claims only; 0 turns it off.
        issuer: issuer that tokens must have unless a validation names another one.
        audience: audience that tokens must name unless a validation names another one.
        webhook_tolerance_s: seconds that the time stamp of a webhook may lie in the past or the future.
        user_agent_suffix: text to add to the ``user-agent`` header, such as ``acme-portal/2.1``.
        allow_insecure_http: permit ``http`` to any host; secrets then travel unencrypted.

    Raises:
        ScalekitArgumentException: an option is wrong; the message says which and why.
    """

    core_client: CoreClient
    _core_class = CoreClient

    def authenticate_with_code(
        self, code: str, redirect_uri: str, options: CodeAuthenticationOptions | None = None
    ) -> dict[str, Any]:
        """Exchange an authorization code for tokens (RFC 6749 section 4.1.3) and verify the ID token.

        Args:
            code: the ``code`` that came with the callback; it works once.
            redirect_uri: the one the authorization URL was made with.
            options: the PKCE verifier (RFC 7636), if a challenge was sent.

        Returns:
            ``user`` (a ``dict`` of the profile: ``id``, ``email``, ``givenName`` and so on), ``id_token``,
            ``access_token``, ``refresh_token``, ``connection_id``, ``organization_id``, ``expires_in``
            (seconds); ``None`` for what the service did not send.

        Raises:
            ScalekitServerException: the code was refused; ``error_code`` is such as ``invalid_grant``.
            ScalekitValidateTokenFailureException: the ID token is not valid or not meant for this client.
        """
        arguments = code_exchange(code, redirect_uri, options)
        return self.core_client._native.authenticate_with_code(*arguments)

    def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Get a new access token for a refresh token (RFC 6749 section 6).

        Returns:
            ``access_token``, ``refresh_token`` (the old one if the service keeps it), ``id_token`` and
            ``expires_in`` (seconds) as far as the service sent them.

        Raises:
            ScalekitServerException: the refresh token was refused.
        """
        validate.text(refresh_token=refresh_token)
        return self.core_client._native.refresh_access_token(refresh_token)

    def generate_client_token(
        self, client_id: str, client_secret: str, scopes: list[str] | None = None
    ) -> str:
        """Get an access token for a machine client (client credentials, RFC 6749 section 4.4).

        Args:
            client_id: id of the machine client, such as ``m2morg_123``.
            client_secret: one of its secrets.
            scopes: scopes to ask for; default all that the client has.

        Returns:
            The access token.
        """
        validate.text(client_id=client_id, client_secret=client_secret)
        wanted = validate.strings("scopes", scopes) or []
        token: str = self.core_client._native.generate_client_token(client_id, client_secret, wanted)[
            "access_token"
        ]
        return token

    def get_client_access_token(self) -> str:
        """Get this client's own access token: the one its calls use, fetched if there is no valid one."""
        return self.core_client._native.client_access_token()

    def validate_access_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> bool:
        """Tell whether an access token is valid.

        The signature (RS256) is checked against the environment's keys, which are cached, ``exp``, ``nbf``
        and ``iat`` against the clock, issuer, audience and scopes as far as they are given.

        Args:
            token: the JWT, without ``Bearer``.
            options: issuer, audience and scopes the token must have.
            audience: ``aud`` must name one of these; the audience of the options wins.

        Raises:
            ScalekitServerException: the keys cannot be fetched, so nothing can be told.
        """
        native = self.core_client._native
        if options is None and audience is None:
            return native.is_valid_token(token)
        return native.is_valid_token(token, validation(options, audience))

    def validate_access_token_and_get_claims(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Like :meth:`validate_token`."""
        return self.validate_token(token, options, audience)

    def get_idp_initiated_login_claims(
        self,
        idp_initiated_login_token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> IdpInitiatedLoginClaims:
        """Validate the token of a sign-in that began at the identity provider, to start the real one with.

        Args:
            idp_initiated_login_token: the ``idp_initiated_login`` parameter of the callback.
            options: see :meth:`validate_access_token`.
            audience: see :meth:`validate_access_token`.

        Returns:
            The claims, of which ``connection_id``, ``organization_id``, ``login_hint`` and ``relay_state`` go
            into :class:`AuthorizationUrlOptions`.

        Raises:
            ScalekitValidateTokenFailureException: the token is not valid; the message says why.
        """
        return IdpInitiatedLoginClaims(self.validate_token(idp_initiated_login_token, options, audience))

    def validate_token(
        self,
        token: str,
        options: TokenValidationOptions | None = None,
        audience: str | list[str] | None = None,
    ) -> dict[str, Any]:
        """Validate a token of the environment and return its claims; see :meth:`validate_access_token`.

        Raises:
            ScalekitValidateTokenFailureException: the token is not valid; the message says why.
            ScalekitServerException: the keys cannot be fetched.
        """
        native = self.core_client._native
        if options is None and audience is None:
            return native.validate_token(token)
        return native.validate_token(token, validation(options, audience))

    def verify_scopes(self, token: str, required_scopes: list[str]) -> bool:
        """Verify the token and that it has all of `required_scopes`.

        Returns:
            ``True``.

        Raises:
            ScalekitValidateTokenFailureException: it is not valid, or lacks scopes; the message names them.
        """
        self.core_client._native.validate_token(token, validation(None, None, required_scopes))
        return True

    def __enter__(self) -> Self:
        """Use the client in a ``with`` block, which closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

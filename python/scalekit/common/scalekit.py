"""Options and results of the client's OAuth and token methods."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypedDict

from scalekit._runtime.annotations import UUID

__all__ = [
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
]


class _Event(TypedDict):
    id: str
    type: str
    object: str
    data: dict[str, Any]
    occurred_at: str
    environment_id: str
    spec_version: str


class WebhookEvent(_Event, total=False):
    """An event that a webhook delivers: its JSON.

    Keys:
        id: id of the event (``evt_...``).
        type: type of the event, such as ``organization.created``.
        object: kind of the object in `data`, such as ``Organization``.
        data: the object that the event is about. Its fields depend on `object`.
        occurred_at: time when the event occurred (RFC 3339).
        environment_id: id of the environment in which the event occurred.
        organization_id: id of the organization that the event is about, if there is one.
        spec_version: version of the event format.
        display_name: display name of the event.
    """

    organization_id: str
    display_name: str


class GrantType(enum.Enum):
    """The grants of ``/oauth/token`` (RFC 6749). For compatibility with ``scalekit-sdk-python``."""

    AuthorizationCode = "authorization_code"
    RefreshToken = "refresh_token"
    ClientCredentials = "client_credentials"


class _Options:
    """Base of the options: a ``repr`` without secrets, and equality by value."""

    _secret: frozenset[str] = frozenset()

    # Hidden from type checkers, which would otherwise accept any attribute.
    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None:
            # A misspelled option would be ignored. Subclasses may add attributes.
            kind = type(self)
            if kind.__module__ == __name__ and name not in kind.__init__.__code__.co_varnames:
                raise AttributeError(f"{kind.__name__} has no option {name!r}", name=name, obj=self)
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={'[redacted]' if name in self._secret else repr(value)}"
            for name, value in vars(self).items()
            if value is not None
        )
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # mutable


class AuthorizationUrlOptions(_Options):
    """Parameters of an authorization URL. ``None`` and empty values are not sent.

    Args:
        connection_id: SSO connection to log in with.
        organization_id: organization to log in to.
        scopes: scopes to request, as a list or a space-separated string; the default is
            ``openid profile email``.
        state: opaque value that the callback returns, to detect forged callbacks. Numbers and
            ``UUID`` are converted to text.
        nonce: value that the ID token will contain. Numbers and ``UUID`` are converted to text.
        domain_hint: domain that determines the identity provider.
        login_hint: the expected user, such as an email address.
        provider: social login provider, such as ``google`` or ``github``.
        prompt: ``login``, ``consent``, ``create`` or another prompt of the service.
        code_challenge: PKCE challenge (RFC 7636), see :func:`generate_pkce`.
        code_challenge_method: method of the challenge, ``S256``.
    """

    def __init__(
        self,
        connection_id: str | None = None,
        organization_id: str | None = None,
        scopes: list[str] | str | None = None,
        state: str | int | UUID | None = None,
        nonce: str | int | UUID | None = None,
        domain_hint: str | None = None,
        login_hint: str | None = None,
        provider: str | None = None,
        prompt: str | None = None,
        code_challenge: str | None = None,
        code_challenge_method: str | None = None,
    ) -> None:
        self.connection_id = connection_id
        self.organization_id = organization_id
        self.scopes = scopes
        self.state = state
        self.nonce = nonce
        self.domain_hint = domain_hint
        self.login_hint = login_hint
        self.provider = provider
        self.prompt = prompt
        self.code_challenge = code_challenge
        self.code_challenge_method = code_challenge_method


class CodeAuthenticationOptions(_Options):
    """Options of the code exchange.

    Args:
        code_verifier: the PKCE verifier (RFC 7636) whose challenge was in the authorization URL.
    """

    _secret = frozenset({"code_verifier"})

    def __init__(self, code_verifier: str | None = None) -> None:
        self.code_verifier = code_verifier


class RefreshTokenAuthenticationOptions(_Options):
    """An authorization code and its redirect URI.

    For compatibility with ``scalekit-sdk-python``: no method takes these options.
    """

    _secret = frozenset({"code"})

    def __init__(self, code: str | None = None, redirect_uri: str | None = None) -> None:
        self.code = code
        self.redirect_uri = redirect_uri


class AuthenticationOptions(_Options):
    """A refresh token.

    For compatibility with ``scalekit-sdk-python``: no method takes these options.
    """

    _secret = frozenset({"refresh_token"})

    def __init__(self, refresh_token: str | None = None) -> None:
        self.refresh_token = refresh_token


class LogoutUrlOptions(_Options):
    """Parameters of a logout URL (OIDC RP-Initiated Logout 1.0).

    Args:
        id_token_hint: the ID token of the session to end.
        post_logout_redirect_uri: the URL to redirect the user to afterwards.
        state: opaque value that the redirect returns.
    """

    _secret = frozenset({"id_token_hint"})

    def __init__(
        self,
        id_token_hint: str | None = None,
        post_logout_redirect_uri: str | None = None,
        state: str | None = None,
    ) -> None:
        self.id_token_hint = id_token_hint
        self.post_logout_redirect_uri = post_logout_redirect_uri
        self.state = state


class TokenValidationOptions(_Options):
    """Additional requirements of a token validation.

    Args:
        issuer: the accepted issuer, or a list of them. If it is ``None`` or empty, the client's
            ``issuer`` applies.
        audience: the accepted audience, or a list of them; ``aud`` must contain one. An empty list
            rejects every token.
        required_scopes: scopes that the token must have.
    """

    def __init__(
        self,
        issuer: str | list[str] | None = None,
        audience: list[str] | str | None = None,
        required_scopes: list[str] | None = None,
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self.required_scopes = required_scopes


class IdpInitiatedLoginClaims(dict[str, Any]):
    """The claims of an IdP-initiated login token: a ``dict`` with four claims as attributes too."""

    @property
    def connection_id(self) -> str | None:
        """The id of the user's connection."""
        return self.get("connection_id")

    @property
    def organization_id(self) -> str | None:
        """The id of the connection's organization."""
        return self.get("organization_id")

    @property
    def login_hint(self) -> str | None:
        """The expected user, for the authorization URL."""
        return self.get("login_hint")

    @property
    def relay_state(self) -> str | None:
        """The relay state of the identity provider."""
        return self.get("relay_state")


class PkceParameters(_Options):
    """A PKCE pair (RFC 7636): send the challenge, and store the verifier for the code exchange."""

    _secret = frozenset({"code_verifier"})

    def __init__(
        self, code_verifier: str, code_challenge: str, code_challenge_method: str = "S256"
    ) -> None:
        self.code_verifier = code_verifier
        self.code_challenge = code_challenge
        self.code_challenge_method = code_challenge_method


def generate_pkce(length: int = 64) -> PkceParameters:
    """Creates a random verifier and its S256 challenge.

    Args:
        length: number of characters of the verifier, 43 to 128.

    Raises:
        ScalekitArgumentException: the length is out of range.
    """
    from scalekit import _native

    return PkceParameters(*_native.generate_pkce(length))

"""Passes requests to the session core of the native module."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from scalekit import _native
from scalekit._runtime.annotations import Unpack
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.core import _AsyncCalls
from scalekit.web_auth._outcome import Outcome
from scalekit.web_auth._stores import AsyncSessionStore, SessionStore, StoreCommands

if TYPE_CHECKING:
    from scalekit import AsyncScalekitClient, ScalekitClient

# The headers that the core reads.
HEADERS = (
    "cookie",
    "accept",
    "origin",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "x-requested-with",
)

encode = json.JSONEncoder(separators=(",", ":")).encode


class WebAuthOptions(TypedDict, total=False):
    """Options of login and sessions.

    Attributes:
        client: a client; or set `env_url`, `client_id` and `client_secret`.
        redirect_uri: the URL of the callback route, as registered with Scalekit. Required.
        cookie_encryption_secret: the secret that encrypts cookies, of at least 32 characters.
            Required. With a list, the first secret encrypts and all secrets decrypt.
        cookie_name: name of the session cookie; default ``sk_session``.
        cookie_secure: whether cookies are sent over HTTPS only; default ``True``.
        cookie_domain: the domain of the cookies; default the host of the request.
        cookie_path: the path of the cookies; default ``/``.
        cookie_same_site: ``lax``, ``strict`` or ``none``; default ``lax``.
        login_path: the path of the login route; default ``/login``.
        callback_path: the path of the callback route; default ``/callback``.
        logout_path: the path of the logout route; default ``/logout``.
        post_login_redirect: where a login without return path leads; default ``/``.
        post_logout_redirect_uri: where the user arrives after logout: a URL, or a path of the
            application; default `post_login_redirect`.
        full_logout: whether logout also ends the session of the service; default ``True``.
        scopes: the scopes of a login; default ``openid profile email offline_access``.
        refresh_ahead_s: seconds before the expiry when a session is refreshed; default 10.
        refresh_grace_s: seconds that an expired session stays usable while the service cannot be
            reached; default 60.
        store: a store that all processes share; default none.
        server_sessions: keeps sessions in the store, and only their ids in cookies; default
            ``False``.
        session_lifetime_s: seconds that the store keeps a session after its last refresh; default
            30 days.
        on_login: a function that is called with the request and the session after a login.
        on_refresh: the same after a session was refreshed.
        on_logout: the same before the response of a logout.
        on_error: a function that is called with the request and an :class:`AuthError`. If it
            returns a response, that response replaces the error page of a login, callback or logout
            route.
    """

    client: ScalekitClient | AsyncScalekitClient | None
    env_url: str | None
    client_id: str | None
    client_secret: str | None
    redirect_uri: str | None
    cookie_encryption_secret: str | Sequence[str] | None
    cookie_name: str
    cookie_secure: bool
    cookie_domain: str | None
    cookie_path: str
    cookie_same_site: str
    login_path: str
    callback_path: str
    logout_path: str
    post_login_redirect: str
    post_logout_redirect_uri: str | None
    full_logout: bool
    scopes: Sequence[str]
    refresh_ahead_s: float
    refresh_grace_s: float
    store: SessionStore | AsyncSessionStore | None
    server_sessions: bool
    session_lifetime_s: float
    on_login: Callable[..., Any] | None
    on_refresh: Callable[..., Any] | None
    on_logout: Callable[..., Any] | None
    on_error: Callable[..., Any] | None


class LoginOptions(TypedDict, total=False):
    """Parameters of a login.

    Attributes:
        return_to: the path to send the user to after the login.
        organization_id: the organization to log in to. Also switches the organization of a
            signed-in user.
        connection_id: the connection to log in with.
        login_hint: the email address, to preselect the account.
        domain_hint: the domain of the email address, to select the connection.
        provider: a social provider, such as ``google``.
        prompt: ``login``, ``select_account``, ``create`` or another value of OpenID Connect.
    """

    return_to: str | None
    organization_id: str | None
    connection_id: str | None
    login_hint: str | None
    domain_hint: str | None
    provider: str | None
    prompt: str | None


class Requirements(TypedDict, total=False):
    """Requirements of a protected route.

    Attributes:
        organization: the session must belong to an organization.
        organization_id: the session must belong to this organization.
        roles: roles that the user must have, all of them.
        permissions: permissions that the user must have, all of them.
    """

    organization: bool
    organization_id: str | None
    roles: Sequence[str]
    permissions: Sequence[str]


# Options that the core reads, with their names there.
_CORE = {
    "redirect_uri": "redirect_uri",
    "cookie_encryption_secret": "cookie_encryption_secret",
    "cookie_name": "cookie_name",
    "cookie_secure": "cookie_secure",
    "cookie_domain": "cookie_domain",
    "cookie_path": "cookie_path",
    "cookie_same_site": "cookie_same_site",
    "login_path": "login_path",
    "post_login_redirect": "post_login_redirect",
    "post_logout_redirect_uri": "post_logout_redirect_uri",
    "full_logout": "full_logout",
    "scopes": "scopes",
    "refresh_ahead_s": "refresh_ahead",
    "refresh_grace_s": "refresh_grace",
    "server_sessions": "server_sessions",
    "session_lifetime_s": "session_lifetime",
}


class WebAuth(_AsyncCalls):
    """Login and sessions of one application, without a framework.

    The adapters in :mod:`scalekit.frameworks` are built on it.
    """

    def __init__(self, **options: Unpack[WebAuthOptions]) -> None:
        """Checks the options. Does not use the network.

        Raises:
            ScalekitArgumentException: an option is missing, unknown or invalid.
        """
        unknown = sorted(options.keys() - WebAuthOptions.__annotations__.keys())
        if unknown:
            raise ScalekitArgumentException(f"unknown option: {', '.join(unknown)}")
        self.client = client_of(options)
        self.redirect_uri = options.get("redirect_uri")
        self.callback_path = options.get("callback_path", "/callback")
        self.login_path = options.get("login_path", "/login")
        self.logout_path = options.get("logout_path", "/logout")
        store = options.get("store")
        self._store = None if store is None else StoreCommands(store)
        hooks: dict[str, Callable[..., Any] | None] = {
            "login": options.get("on_login"),
            "refresh": options.get("on_refresh"),
            "logout": options.get("on_logout"),
        }
        self._hooks = {event: hook for event, hook in hooks.items() if hook is not None}
        self._on_error = options.get("on_error")
        values: dict[str, Any] = {
            name: value
            for option, name in _CORE.items()
            if (value := options.get(option)) is not None
        }
        for name in ("scopes", "cookie_encryption_secret"):
            if name in values and not isinstance(values[name], str):
                values[name] = list(values[name])
        values["store"] = store is not None
        try:
            text = json.dumps(values)
        except TypeError as error:
            raise ScalekitArgumentException(f"an option has the wrong type: {error}") from None
        self._client = self.client.core_client._native
        self._core = _native.WebAuth(self._client, text)

    @property
    def needs_asyncio(self) -> bool:
        """``True`` if the store has coroutine functions."""
        return self._store is not None and self._store.is_async

    def run(self, request: Mapping[str, Any]) -> Outcome:
        """Handles a request, blocking."""
        return Outcome(self._run(encode(request)))

    async def run_async(self, request: Mapping[str, Any]) -> Outcome:
        """Handles a request without blocking the event loop."""
        return Outcome(await self._run_async(encode(request)))

    def revoke(self, session_id: str) -> None:
        """Ends a session in all processes that share the store."""
        self._run(encode({"action": "revoke", "session_id": session_id}))

    async def revoke_async(self, session_id: str) -> None:
        """Ends a session in all processes that share the store."""
        await self._run_async(encode({"action": "revoke", "session_id": session_id}))

    def handle_event(self, event: Mapping[str, Any]) -> str | None:
        """Ends the session that a verified webhook event ends. Returns its id."""
        return self._run(encode({"action": "event", "event": event})).get("revoked")

    async def handle_event_async(self, event: Mapping[str, Any]) -> str | None:
        """Ends the session that a verified webhook event ends. Returns its id."""
        result = await self._run_async(encode({"action": "event", "event": event}))
        return result.get("revoked")

    def event_hook(self, outcome: Outcome) -> Callable[..., Any] | None:
        """Returns the hook of the event, to call with the request and the session."""
        return None if outcome.event is None else self._hooks.get(outcome.event)

    def error_hook(self, outcome: Outcome) -> Callable[..., Any] | None:
        """Returns the hook of errors, to call with the request and an :class:`AuthError`.

        If ``outcome.is_failure``, its result replaces the response, unless it is ``None``.
        """
        return self._on_error if outcome.has_error else None

    def _run(self, request: str) -> dict[str, Any]:
        found = self._core.try_handle(self._client, request)
        if found is not None:
            return json_object(found)
        flow = self._core.start(self._client, request)
        answer = None
        while True:
            step = json_object(flow.advance(answer))
            if "done" in step:
                return json_object(step["done"])
            if self._store is None or self._store.is_async:
                raise ScalekitArgumentException("the store is async; use a blocking store here")
            answer = encode(self._store.run(step))

    async def _run_async(self, request: str) -> dict[str, Any]:
        found = self._core.try_handle(self._client, request)
        if found is not None:
            return json_object(found)
        flow = self._core.start(self._client, request)
        answer = None
        while True:
            step = json_object(await self._invoke(flow.advance, answer))
            if "done" in step or self._store is None:
                return json_object(step["done"])
            answer = encode(await self._store.run_async(step))


def json_object(value: str | dict[str, Any]) -> dict[str, Any]:
    """Parses a result of the core."""
    result: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return result


def client_of(options: Mapping[str, Any]) -> ScalekitClient | AsyncScalekitClient:
    """Returns the client of the options, or creates one."""
    client: ScalekitClient | AsyncScalekitClient | None = options.get("client")
    credentials = ("env_url", "client_id", "client_secret")
    if client is not None:
        return client
    missing = [name for name in credentials if not options.get(name)]
    if missing:
        raise ScalekitArgumentException(f"set client, or {', '.join(missing)}")
    from scalekit import ScalekitClient

    return ScalekitClient(*(options[name] for name in credentials))


def tool(name: str, **arguments: Any) -> Any:
    """Runs a function of the core that needs no client."""
    return json.loads(_native.web_auth_tool(encode({"tool": name, **arguments})))

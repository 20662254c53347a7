"""Login, sessions and bearer tokens for Flask.

Needs ``flask``, the extra ``scalekit-client[flask]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote

from scalekit._runtime.annotations import Unpack
from scalekit.frameworks._imports import import_failure

try:
    from flask import Flask, Response, current_app, g, request
except ImportError as _error:
    raise import_failure(_error, "flask") from _error

from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.frameworks._wsgi import wsgi_request
from scalekit.web_auth import (
    AuthError,
    BearerOptions,
    LoginOptions,
    Outcome,
    Requirements,
    Session,
    TokenRequirements,
    WebAuth,
    WebAuthOptions,
    WebResponse,
)
from scalekit.web_auth import BearerAuth as Guard

_View = TypeVar("_View", bound=Callable[..., Any])


class ScalekitAuth:
    """Login and sessions of a Flask application.

    >>> from flask import Flask
    >>> app = Flask("app")
    >>> auth = ScalekitAuth(
    ...     app,
    ...     env_url="https://acme.scalekit.com",
    ...     client_id="skc_123",
    ...     client_secret="secret",
    ...     redirect_uri="https://app.example.com/callback",
    ...     cookie_encryption_secret="a secret of at least thirty-two characters",
    ... )

    Attributes:
        web_auth: the session core.
    """

    def __init__(self, app: Flask | None = None, **options: Unpack[WebAuthOptions]) -> None:
        """Checks the options; see :class:`scalekit.web_auth.WebAuthOptions`.

        Args:
            app: the application; or call :meth:`init_app` later.
            **options: the options.

        Raises:
            ScalekitArgumentException: a ``ValueError``: an option is missing or invalid.
        """
        self.web_auth = WebAuth(**options)
        if self.web_auth.needs_asyncio:
            raise ScalekitArgumentException("store must be blocking: Flask has no event loop")
        self.client = self.web_auth.client
        self.redirect_uri = self.web_auth.redirect_uri
        self.login_path = self.web_auth.login_path
        self.callback_path = self.web_auth.callback_path
        self.logout_path = self.web_auth.logout_path
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Adds the routes, and a function that adds cookies to responses."""
        app.extensions["scalekit"] = self
        for path, action, methods in (
            (self.login_path, "login", ["GET"]),
            (self.callback_path, "callback", ["GET"]),
            # GET is for compatibility. Another site cannot sign the user out with it.
            (self.logout_path, "logout", ["GET", "POST"]),
        ):
            app.add_url_rule(
                path,
                f"scalekit_{action}",
                self._route,
                methods=methods,
                defaults={"action": action},
            )
        app.after_request(_add_cookies)

    def requires_auth(self, view: _View) -> _View:
        """Decorator of a protected view, which may be a coroutine function.

        A user who navigates is redirected to the login route. Scripts receive 401.
        """
        return self.requires()(view)

    def requires(self, **requirements: Unpack[Requirements]) -> Callable[[_View], _View]:
        """Returns a decorator that also requires an organization, roles or permissions.

        A user who lacks them receives 403.
        """

        def decorator(view: _View) -> _View:
            @wraps(view)
            def protected(*arguments: Any, **keywords: Any) -> Any:
                outcome = self._handle("require", require=requirements)
                if outcome.response is not None:
                    return _response(outcome.response)
                return current_app.ensure_sync(view)(*arguments, **keywords)

            return cast("_View", protected)

        return decorator

    @property
    def current_user(self) -> dict[str, Any] | None:
        """The claims of the user of a protected view."""
        session = self.current_session
        return None if session is None else session.user

    @property
    def current_session(self) -> Session | None:
        """The session of a protected view, with the access token."""
        session: Session | None = g.get("_scalekit_session")
        return session

    def session(self) -> Session | None:
        """Returns the session of the request, refreshed if necessary, or ``None``."""
        return self._handle("session").session

    def get_session(self) -> dict[str, Any] | None:
        """Returns ``user`` and ``expires_at`` of the session, or ``None``.

        Never refreshes the session.
        """
        session = self.current_session
        if session is None:
            session = self.web_auth.run(_request("peek")).session
        return None if session is None else session.summary()

    def login(self, **login: Unpack[LoginOptions]) -> Response:
        """Returns a redirect that starts a login, for views of the application.

        To switch the organization of a signed-in user, pass `organization_id`.
        """
        return self._route("login", login=login)

    def logout(self) -> Response:
        """Returns a response that signs the user out, for views of the application."""
        return self._route("logout")

    def revoke(self, session_id: str) -> None:
        """Ends a session (claim ``sid``) in all processes. Needs a store."""
        self.web_auth.revoke(session_id)

    def handle_event(self, event: Mapping[str, Any]) -> str | None:
        """Ends the session that a verified webhook event ends, such as ``session.revoked``.

        Needs a store. Returns the id of the session, or ``None`` for other events.
        """
        return self.web_auth.handle_event(event)

    def _route(self, action: str, **fields: Any) -> Response:
        outcome = self._run({**_request(action), **fields})
        replacement = self._call_hooks(outcome)
        if outcome.is_failure and replacement is not None:
            response: Response = current_app.make_response(replacement)
            return response
        return _response(outcome.route_response)

    def _handle(self, action: str, **fields: Any) -> Outcome:
        outcome = self._run({**_request(action), **fields})
        g._scalekit_session = outcome.session
        self._call_hooks(outcome)
        return outcome

    def _run(self, web_request: dict[str, Any]) -> Outcome:
        outcome = self.web_auth.run(web_request)
        if outcome.set_cookies:
            g.setdefault("_scalekit_cookies", []).extend(outcome.cookies)
        return outcome

    def _call_hooks(self, outcome: Outcome) -> Any:
        """Calls the hooks and returns the result of `on_error`."""
        hook = self.web_auth.event_hook(outcome)
        if hook is not None:
            current_app.ensure_sync(hook)(request, outcome.session)
        hook = self.web_auth.error_hook(outcome)
        return None if hook is None else current_app.ensure_sync(hook)(request, AuthError(outcome))


class BearerAuth:
    """Protects an API: accepts access tokens of users and of machine clients (RFC 6750).

    >>> bearer = BearerAuth(
    ...     env_url="https://acme.scalekit.com",
    ...     client_id="skc_123",
    ...     client_secret="secret",
    ...     audience="https://api.example.com",
    ... )

    Attributes:
        bearer_auth: the guard without a framework.
    """

    def __init__(self, app: Flask | None = None, **options: Unpack[BearerOptions]) -> None:
        """Checks the options; see :class:`scalekit.web_auth.BearerOptions`.

        Args:
            app: the application, to serve the metadata of a protected resource.
            **options: the options.

        Raises:
            ScalekitArgumentException: a ``ValueError``: an option is unknown or invalid.
        """
        self.bearer_auth = Guard(**options)
        if app is not None:
            for path in self.bearer_auth.metadata_paths:
                app.add_url_rule(path, f"scalekit_metadata:{path}", self._metadata)

    def requires_token(self, view: _View) -> _View:
        """Decorator of a view that needs a valid token."""
        return self.requires()(view)

    def requires(self, **requirements: Unpack[TokenRequirements]) -> Callable[[_View], _View]:
        """Returns a decorator that also requires scopes, an organization, roles or permissions.

        A token that lacks them receives 403.
        """

        def decorator(view: _View) -> _View:
            @wraps(view)
            def protected(*arguments: Any, **keywords: Any) -> Any:
                header = request.environ.get("HTTP_AUTHORIZATION")
                outcome = self.bearer_auth.authenticate(header, requirements)
                if outcome.response is not None:
                    return _response(outcome.response)
                g._scalekit_claims = outcome.claims
                return current_app.ensure_sync(view)(*arguments, **keywords)

            return cast("_View", protected)

        return decorator

    @property
    def current_claims(self) -> dict[str, Any]:
        """The claims of the token of a protected view."""
        claims: dict[str, Any] = g.get("_scalekit_claims") or {}
        return claims

    def _metadata(self) -> Response:
        response = self.bearer_auth.metadata(request.path)
        return Response(status=404) if response is None else _response(response)


def _request(action: str) -> dict[str, Any]:
    # Browsers send these characters as they are. The path may be a return path.
    target = quote(request.script_root + request.path, safe="/:@!$&'()*+,;=~")
    if request.query_string:
        target = f"{target}?{request.query_string.decode('latin-1')}"
    return wsgi_request(request.environ, action, request.method, target)


def _response(response: WebResponse) -> Response:
    return Response(response.body, response.status, response.headers)


def _add_cookies(response: Response) -> Response:
    for cookie in g.pop("_scalekit_cookies", ()):
        response.headers.add("Set-Cookie", cookie)
    return response

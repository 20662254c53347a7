"""Login, sessions and bearer tokens for FastAPI.

Needs ``fastapi``, the extra ``scalekit-client[fastapi]``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from scalekit._runtime.annotations import Unpack
from scalekit.frameworks._imports import import_failure

try:
    from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
    from fastapi.requests import HTTPConnection
except ImportError as _error:
    raise import_failure(_error, "fastapi") from _error

from scalekit.frameworks._asgi import (
    COOKIES,
    asgi_authorization,
    asgi_request,
    call_hook,
    starlette_response,
)
from scalekit.frameworks._asgi import ScalekitAuthMiddleware as ScalekitAuthMiddleware
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
)
from scalekit.web_auth import BearerAuth as Guard

_SESSION = "scalekit.session"


class AuthResponse(HTTPException):
    """Ends a request that is not signed in or lacks a requirement.

    :meth:`ScalekitAuth.install` adds the handler that sends the response.
    """

    def __init__(self, response: Response) -> None:
        """Also works without the handler: with status and headers, but without the body."""
        headers = {
            name: value for name, value in response.headers.items() if name[:8] != "content-"
        }
        super().__init__(response.status_code, headers=headers)
        self.response = response


async def send_auth_response(_: Request, error: Any) -> Response:
    """Exception handler of :class:`AuthResponse`."""
    response: Response = error.response
    return response


class ScalekitAuth:
    """Login and sessions of a FastAPI application.

    >>> auth = ScalekitAuth(
    ...     env_url="https://acme.scalekit.com",
    ...     client_id="skc_123",
    ...     client_secret="secret",
    ...     redirect_uri="https://app.example.com/callback",
    ...     cookie_encryption_secret="a secret of at least thirty-two characters",
    ... )
    >>> app = FastAPI()
    >>> auth.install(app)

    Attributes:
        router: the routes for login, callback and logout.
        web_auth: the session core.
    """

    def __init__(self, **options: Unpack[WebAuthOptions]) -> None:
        """Checks the options; see :class:`scalekit.web_auth.WebAuthOptions`.

        Raises:
            ScalekitArgumentException: a ``ValueError``: an option is missing or invalid.
        """
        self.web_auth = WebAuth(**options)
        self.client = self.web_auth.client
        self.login_path = self.web_auth.login_path
        self.callback_path = self.web_auth.callback_path
        self.logout_path = self.web_auth.logout_path
        self.router = APIRouter()
        for path, route, methods in (
            (self.login_path, self._login_route, ["GET"]),
            (self.callback_path, self._callback_route, ["GET"]),
            # GET is for compatibility. Another site cannot sign the user out with it.
            (self.logout_path, self._logout_route, ["GET", "POST"]),
        ):
            self.router.add_api_route(path, route, methods=methods, include_in_schema=False)

    def install(self, app: FastAPI) -> None:
        """Adds the routes, the middleware that adds cookies to responses, and the handler of
        :class:`AuthResponse`.
        """
        app.include_router(self.router)
        app.add_middleware(ScalekitAuthMiddleware)
        app.add_exception_handler(AuthResponse, send_auth_response)

    async def requires_auth(self, request: Request, response: Response) -> dict[str, Any]:
        """Dependency of a protected route. Returns the claims of the user.

        A user who navigates is redirected to the login route. Scripts receive 401.
        """
        return (await self._require(request, response, None)).user

    def requires(
        self, **requirements: Unpack[Requirements]
    ) -> Callable[[Request, Response], Awaitable[Session]]:
        """Returns a dependency that also requires an organization, roles or permissions, and
        returns the session. A user who lacks them receives 403.
        """

        async def requires(request: Request, response: Response) -> Session:
            return await self._require(request, response, requirements)

        return requires

    async def session(self, request: Request, response: Response) -> Session | None:
        """Dependency. Returns the session, refreshed if necessary, or ``None``."""
        outcome = await self._handle(request, response, asgi_request(request.scope, "session"))
        return outcome.session

    def get_session(self, request: HTTPConnection) -> dict[str, Any] | None:
        """Returns ``user`` and ``expires_at`` of the session of a request or of a WebSocket, or
        ``None``.

        Never refreshes the session. A coroutine uses :meth:`session` if the store is async.
        """
        session: Session | None = request.scope.get(_SESSION)
        if session is None:
            session = self.web_auth.run(asgi_request(request.scope, "peek")).session
        return None if session is None else session.summary()

    async def login(self, request: Request, **login: Unpack[LoginOptions]) -> Response:
        """Returns a redirect that starts a login, for routes of the application.

        To switch the organization of a signed-in user, pass `organization_id`.
        """
        return await self._route(request, {"action": "login", "login": login})

    async def logout(self, request: Request) -> Response:
        """Returns a response that signs the user out, for routes of the application."""
        return await self._route(request, {"action": "logout"})

    async def revoke(self, session_id: str) -> None:
        """Ends a session (claim ``sid``) in all processes. Needs a store."""
        await self.web_auth.revoke_async(session_id)

    async def handle_event(self, event: Mapping[str, Any]) -> str | None:
        """Ends the session that a verified webhook event ends, such as ``session.revoked``.

        Needs a store. Returns the id of the session, or ``None`` for other events.
        """
        return await self.web_auth.handle_event_async(event)

    async def _login_route(self, request: Request) -> Response:
        return await self._route(request, {"action": "login"})

    async def _callback_route(self, request: Request) -> Response:
        return await self._route(request, {"action": "callback"})

    async def _logout_route(self, request: Request) -> Response:
        return await self._route(request, {"action": "logout"})

    async def _route(self, request: Request, fields: dict[str, Any]) -> Response:
        web_request = {**asgi_request(request.scope, ""), **fields}
        outcome = await self.web_auth.run_async(web_request)
        replacement = await self._call_hooks(request, outcome)
        if outcome.is_failure and isinstance(replacement, Response):
            response = replacement
        else:
            response = starlette_response(outcome.route_response)
        _add_cookies(request, response, outcome)
        return response

    async def _require(
        self, request: Request, response: Response, requirements: Requirements | None
    ) -> Session:
        web_request = asgi_request(request.scope, "require")
        if requirements:
            web_request["require"] = requirements
        outcome = await self._handle(request, response, web_request)
        if outcome.response is not None or outcome.session is None:
            raise AuthResponse(starlette_response(outcome.route_response))
        return outcome.session

    async def _handle(
        self, request: Request, response: Response, web_request: dict[str, Any]
    ) -> Outcome:
        outcome = await self.web_auth.run_async(web_request)
        request.scope[_SESSION] = outcome.session
        if outcome.set_cookies:
            _add_cookies(request, response, outcome)
        if outcome.event is not None or outcome.error is not None:
            await self._call_hooks(request, outcome)
        return outcome

    async def _call_hooks(self, request: Request, outcome: Outcome) -> Any:
        """Calls the hooks and returns the result of `on_error`."""
        hook = self.web_auth.event_hook(outcome)
        if hook is not None:
            await call_hook(hook, request, outcome.session)
        hook = self.web_auth.error_hook(outcome)
        return None if hook is None else await call_hook(hook, request, AuthError(outcome))


class BearerAuth:
    """Protects an API: accepts access tokens of users and of machine clients (RFC 6750).

    >>> bearer = BearerAuth(
    ...     env_url="https://acme.scalekit.com",
    ...     client_id="skc_123",
    ...     client_secret="secret",
    ...     audience="https://api.example.com",
    ... )
    >>> orders = Depends(bearer.requires(scopes=["orders:read"]))

    Attributes:
        bearer_auth: the guard without a framework.
    """

    def __init__(self, **options: Unpack[BearerOptions]) -> None:
        """Checks the options; see :class:`scalekit.web_auth.BearerOptions`.

        Raises:
            ScalekitArgumentException: a ``ValueError``: an option is unknown or invalid.
        """
        self.bearer_auth = Guard(**options)
        self.router = APIRouter()
        for path in self.bearer_auth.metadata_paths:
            self.router.add_api_route(path, self._metadata, include_in_schema=False)

    def install(self, app: FastAPI) -> None:
        """Adds the handler of :class:`AuthResponse`, and the metadata of a protected resource."""
        app.include_router(self.router)
        app.add_exception_handler(AuthResponse, send_auth_response)

    async def __call__(self, request: Request) -> dict[str, Any]:
        """Dependency of a route. Returns the claims of the token."""
        return await self._claims(request, None)

    def requires(
        self, **requirements: Unpack[TokenRequirements]
    ) -> Callable[[Request], Awaitable[dict[str, Any]]]:
        """Returns a dependency that also requires scopes, an organization, roles or permissions,
        and returns the claims. A token that lacks them receives 403.
        """

        async def requires(request: Request) -> dict[str, Any]:
            return await self._claims(request, requirements)

        return requires

    async def _claims(
        self, request: Request, requirements: TokenRequirements | None
    ) -> dict[str, Any]:
        header = asgi_authorization(request.scope)
        outcome = await self.bearer_auth.authenticate_async(header, requirements)
        if outcome.response is not None:
            raise AuthResponse(starlette_response(outcome.response))
        return outcome.claims or {}

    async def _metadata(self, request: Request) -> Response:
        response = self.bearer_auth.metadata(request.scope["path"])
        return Response(status_code=404) if response is None else starlette_response(response)


def _add_cookies(request: Request, response: Response, outcome: Outcome) -> None:
    """Gives cookies to the middleware, or to the response of the endpoint without it."""
    pending: list[str] | None = request.scope.get(COOKIES)
    for cookie in outcome.cookies:
        if pending is None:
            response.headers.append("set-cookie", cookie)
        else:
            pending.append(cookie)

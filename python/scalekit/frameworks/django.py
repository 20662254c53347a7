"""Login, sessions and bearer tokens for Django.

Needs ``django``, the extra ``scalekit-client[django]``. Settings are the options of
:class:`scalekit.web_auth.WebAuthOptions` in capital letters, with ``SCALEKIT_`` before them:

>>> SCALEKIT_ENV_URL = "https://acme.scalekit.com"
>>> SCALEKIT_CLIENT_ID = "skc_123"
>>> SCALEKIT_CLIENT_SECRET = "secret"
>>> SCALEKIT_REDIRECT_URI = "https://app.example.com/callback"
>>> SCALEKIT_COOKIE_ENCRYPTION_SECRET = "a secret of at least thirty-two characters"
>>> MIDDLEWARE = ["scalekit.frameworks.django.ScalekitAuthMiddleware"]

``path("", include("scalekit.frameworks.django"))`` adds the routes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from scalekit._runtime.annotations import Unpack
from scalekit.frameworks._imports import import_failure

try:
    from asgiref.sync import markcoroutinefunction
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_GET, require_http_methods
except ImportError as _error:
    raise import_failure(_error, "django") from _error

from scalekit.frameworks import _django
from scalekit.frameworks._django import ScalekitAuthConfig as ScalekitAuthConfig
from scalekit.frameworks._django import get_config as get_config
from scalekit.web_auth import LoginOptions, Requirements, Session, TokenRequirements

_View = TypeVar("_View", bound=Callable[..., Any])


class ScalekitAuthMiddleware:
    """Sets ``request.scalekit_user`` and ``request.scalekit_session`` and refreshes sessions.

    ``request.scalekit_user`` has the claims of the user or is ``None``. Adds the cookies of
    refreshed sessions to all responses. Works with WSGI and ASGI. Requests of static files do not
    refresh sessions.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        """Wraps the next middleware."""
        # Reports invalid settings when the server starts.
        get_config()
        self.get_response = get_response
        self._is_async = inspect.iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Handles a request."""
        if self._is_async:
            return self._call_async(request)
        _django.prepare(request)
        if not get_config().is_static(request):
            _django.load(request)
        return _django.with_cookies(request, self.get_response(request))

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        _django.prepare(request)
        if not get_config().is_static(request):
            await _django.load_async(request)
        return _django.with_cookies(request, await self.get_response(request))


def login_required(view: _View) -> _View:
    """Decorator of a protected view, which may be a coroutine function.

    A user who navigates is redirected to the login view. Scripts receive 401.
    """
    return requires()(view)


def requires(**requirements: Unpack[Requirements]) -> Callable[[_View], _View]:
    """Returns a decorator that also requires an organization, roles or permissions.

    A user who lacks them receives 403.
    """

    def decorator(view: _View) -> _View:
        @wraps(view)
        def protected(request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
            with_middleware = _django.prepare(request)
            response: HttpResponseBase | None = _django.require(request, requirements)
            if response is None:
                response = view(request, *arguments, **keywords)
            return response if with_middleware else _django.with_cookies(request, response)

        @wraps(view)
        async def protected_async(request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
            with_middleware = _django.prepare(request)
            response: HttpResponseBase | None = await _django.require_async(request, requirements)
            if response is None:
                response = await view(request, *arguments, **keywords)
            return response if with_middleware else _django.with_cookies(request, response)

        is_async = inspect.iscoroutinefunction(view)
        return cast("_View", protected_async if is_async else protected)

    return decorator


def bearer_required(**requirements: Unpack[TokenRequirements]) -> Callable[[_View], _View]:
    """Returns a decorator of an API view that needs a valid access token (RFC 6750).

    Sets ``request.scalekit_claims``. A token that lacks a requirement receives 403. Settings are the
    options of :class:`scalekit.web_auth.BearerOptions`, such as ``SCALEKIT_AUDIENCE``. The view is
    exempt from the CSRF check: browsers send no token by themselves.
    """

    def decorator(view: _View) -> _View:
        @wraps(view)
        def protected(request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
            header = request.META.get("HTTP_AUTHORIZATION")
            outcome = _django.get_bearer().authenticate(header, requirements)
            response = _django.use_claims(request, outcome)
            return response or view(request, *arguments, **keywords)

        @wraps(view)
        async def protected_async(request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
            header = request.META.get("HTTP_AUTHORIZATION")
            outcome = await _django.get_bearer().authenticate_async(header, requirements)
            response = _django.use_claims(request, outcome)
            return response or await view(request, *arguments, **keywords)

        is_async = inspect.iscoroutinefunction(view)
        return csrf_exempt(cast("_View", protected_async if is_async else protected))

    return decorator


def metadata_view(request: HttpRequest, resource: str = "") -> HttpResponseBase:
    """The metadata of the protected resource (RFC 9728)."""
    return _django.metadata(request)


def get_session(request: HttpRequest) -> dict[str, Any] | None:
    """Returns ``user`` and ``expires_at`` of the session, or ``None``. Never refreshes it."""
    session: Session | None = getattr(request, "scalekit_session", None)
    if session is None:
        session = get_config().web_auth.run(_django.core_request(request, "peek")).session
    return None if session is None else session.summary()


def login(request: HttpRequest, **login: Unpack[LoginOptions]) -> HttpResponseBase:
    """Returns a redirect that starts a login, for views of the application.

    To switch the organization of a signed-in user, pass `organization_id`.
    """
    return _django.route(request, "login", login=login)


async def alogin(request: HttpRequest, **login: Unpack[LoginOptions]) -> HttpResponseBase:
    """Like :func:`login`, for coroutines."""
    return await _django.route_async(request, "login", login=login)


def revoke(session_id: str) -> None:
    """Ends a session (claim ``sid``) in all processes. Needs ``SCALEKIT_STORE``."""
    get_config().web_auth.revoke(session_id)


async def arevoke(session_id: str) -> None:
    """Like :func:`revoke`, for coroutines."""
    await get_config().web_auth.revoke_async(session_id)


def handle_event(event: Mapping[str, Any]) -> str | None:
    """Ends the session that a verified webhook event ends, such as ``session.revoked``.

    Needs ``SCALEKIT_STORE``. Returns the id of the session, or ``None`` for other events.
    """
    return get_config().web_auth.handle_event(event)


async def ahandle_event(event: Mapping[str, Any]) -> str | None:
    """Like :func:`handle_event`, for coroutines."""
    return await get_config().web_auth.handle_event_async(event)


@require_GET
def login_view(request: HttpRequest) -> HttpResponseBase:
    """The login route."""
    return _django.route(request, "login")


@require_GET
def callback_view(request: HttpRequest) -> HttpResponseBase:
    """The callback route."""
    return _django.route(request, "callback")


# The core rejects requests of other sites. GET is for compatibility.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def logout_view(request: HttpRequest) -> HttpResponseBase:
    """The logout route."""
    return _django.route(request, "logout")


@require_GET
async def alogin_view(request: HttpRequest) -> HttpResponseBase:
    """The login route, for ASGI."""
    return await _django.route_async(request, "login")


@require_GET
async def acallback_view(request: HttpRequest) -> HttpResponseBase:
    """The callback route, for ASGI."""
    return await _django.route_async(request, "callback")


@csrf_exempt
@require_http_methods(["GET", "POST"])
async def alogout_view(request: HttpRequest) -> HttpResponseBase:
    """The logout route, for ASGI."""
    return await _django.route_async(request, "logout")


urlpatterns = [
    path("login", login_view, name="scalekit_login"),
    path("callback", callback_view, name="scalekit_callback"),
    path("logout", logout_view, name="scalekit_logout"),
]

# For ASGI: include(async_urlpatterns). A store with coroutine functions needs them.
async_urlpatterns = [
    path("login", alogin_view, name="scalekit_login"),
    path("callback", acallback_view, name="scalekit_callback"),
    path("logout", alogout_view, name="scalekit_logout"),
]

_METADATA = ".well-known/oauth-protected-resource"
# The metadata of a protected resource: include(metadata_urlpatterns).
metadata_urlpatterns = [
    path(_METADATA, metadata_view),
    path(f"{_METADATA}/<path:resource>", metadata_view),
]

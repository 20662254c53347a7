"""Configuration and requests of the adapter for Django."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from scalekit.frameworks._wsgi import wsgi_request
from scalekit.middleware.session_manager import DEFAULT_COOKIE_NAME, session_result
from scalekit.web_auth import (
    AuthError,
    BearerAuth,
    BearerOptions,
    BearerOutcome,
    Outcome,
    WebAuth,
    WebAuthOptions,
    WebResponse,
)

_HOOKS = ("on_login", "on_refresh", "on_logout", "on_error")


class ScalekitAuthConfig:
    """The settings and the session core.

    Attributes:
        web_auth: the session core.
        client: the client.
        cookie_name: the name of the session cookie.
    """

    def __init__(self) -> None:
        """Reads the settings.

        Raises:
            ScalekitArgumentException: a ``ValueError``: a setting is missing or invalid.
        """
        options = _options(WebAuthOptions)
        self.web_auth = WebAuth(**options)
        self.client = self.web_auth.client
        self.cookie_name: str = options.get("cookie_name", DEFAULT_COOKIE_NAME)
        prefixes = (settings.STATIC_URL, settings.MEDIA_URL)
        self._static = tuple(
            prefix for prefix in prefixes if prefix and prefix.startswith("/") and prefix != "/"
        )

    def is_static(self, request: HttpRequest) -> bool:
        """Returns ``True`` for requests of static and media files, which need no session."""
        return bool(self._static) and request.path.startswith(self._static)


@lru_cache(maxsize=1)
def get_config() -> ScalekitAuthConfig:
    """Returns the configuration, which is created when it is first used."""
    return ScalekitAuthConfig()


@lru_cache(maxsize=1)
def get_bearer() -> BearerAuth:
    """Returns the guard of APIs, which is created when it is first used."""
    return BearerAuth(**_options(BearerOptions))


def _options(kind: type[Any]) -> Any:
    """Reads the settings of the options of a class."""
    options: Any = {}
    for name in kind.__annotations__:
        value = getattr(settings, f"SCALEKIT_{name.upper()}", None)
        if name in _HOOKS and isinstance(value, str):
            value = import_string(value)
        if value is not None:
            options[name] = value
    return options


def _settings_changed(*, setting: str, **_: Any) -> None:
    if setting.startswith("SCALEKIT_"):
        get_config.cache_clear()
        get_bearer.cache_clear()


# Tests change settings.
setting_changed.connect(_settings_changed)


def prepare(request: Any) -> bool:
    """Adds the attributes to a request. Returns ``False`` if it had none, so that a caller without
    the middleware adds the cookies itself.
    """
    if hasattr(request, "scalekit_session"):
        return True
    request.scalekit_user = request.scalekit_session = None
    request.scalekit_session_result = None
    request._scalekit_outcome = None
    request._scalekit_cookies = {}
    return False


def load(request: HttpRequest) -> None:
    """Reads and refreshes the session of a request."""
    outcome = get_config().web_auth.run(core_request(request, "session"))
    _use(request, outcome)
    call_hooks(request, outcome)


async def load_async(request: HttpRequest) -> None:
    """Reads and refreshes the session of a request."""
    outcome = await get_config().web_auth.run_async(core_request(request, "session"))
    _use(request, outcome)
    await call_hooks_async(request, outcome)


def require(request: HttpRequest, requirements: Any) -> HttpResponse | None:
    """Returns the response to a request that lacks a requirement."""
    web_request = _guard_request(request, requirements)
    if web_request is None:
        return None
    outcome = get_config().web_auth.run(web_request)
    _use(request, outcome)
    call_hooks(request, outcome)
    return None if outcome.response is None else django_response(outcome.response)


async def require_async(request: HttpRequest, requirements: Any) -> HttpResponse | None:
    """Returns the response to a request that lacks a requirement."""
    web_request = _guard_request(request, requirements)
    if web_request is None:
        return None
    outcome = await get_config().web_auth.run_async(web_request)
    _use(request, outcome)
    await call_hooks_async(request, outcome)
    return None if outcome.response is None else django_response(outcome.response)


def route(request: HttpRequest, action: str, **fields: Any) -> HttpResponseBase:
    """Handles a request to the login, callback or logout route."""
    with_middleware = prepare(request)
    outcome = get_config().web_auth.run({**core_request(request, action), **fields})
    replacement = call_hooks(request, outcome)
    return _route_response(request, outcome, replacement, with_middleware)


async def route_async(request: HttpRequest, action: str, **fields: Any) -> HttpResponseBase:
    """Handles a request to the login, callback or logout route."""
    with_middleware = prepare(request)
    outcome = await get_config().web_auth.run_async({**core_request(request, action), **fields})
    replacement = await call_hooks_async(request, outcome)
    return _route_response(request, outcome, replacement, with_middleware)


def _route_response(
    request: Any, outcome: Outcome, replacement: Any, with_middleware: bool
) -> HttpResponseBase:
    _collect(request, outcome)
    response: HttpResponseBase
    if outcome.is_failure and isinstance(replacement, HttpResponseBase):
        response = replacement
    else:
        response = django_response(outcome.route_response)
    return response if with_middleware else with_cookies(request, response)


def core_request(request: HttpRequest, action: str) -> dict[str, Any]:
    """Returns a request for the core."""
    return wsgi_request(request.META, action, request.method or "GET", request.get_full_path())


def _guard_request(request: Any, requirements: Any) -> dict[str, Any] | None:
    """Returns the request of a guard, or ``None`` if the middleware has found the session and
    nothing else is required. A refresh that failed in the middleware is not repeated.
    """
    web_request = core_request(request, "require")
    previous: Outcome | None = request._scalekit_outcome
    if previous is not None:
        if previous.session is not None and not requirements:
            return None
        if previous.reason == "unavailable":
            web_request["unavailable"] = True
        elif previous.session is None:
            headers = web_request["headers"]
            web_request["headers"] = [pair for pair in headers if pair[0] != "cookie"]
    if requirements:
        web_request["require"] = requirements
    return web_request


def _use(request: Any, outcome: Outcome) -> None:
    """Stores the session in the request."""
    request._scalekit_outcome = outcome
    request.scalekit_session = session = outcome.session
    request.scalekit_user = None if session is None else session.user
    request.scalekit_session_result = session_result(outcome, get_config().cookie_name)
    _collect(request, outcome)


def _collect(request: Any, outcome: Outcome) -> None:
    for cookie in outcome.set_cookies:
        request._scalekit_cookies[cookie["name"]] = cookie


def with_cookies(request: Any, response: HttpResponseBase) -> HttpResponseBase:
    """Adds the cookies of a request to its response."""
    for cookie in request._scalekit_cookies.values():
        response.set_cookie(
            cookie["name"],
            cookie["value"],
            max_age=cookie["max_age"],
            path=cookie["path"],
            domain=cookie["domain"],
            secure=cookie["secure"],
            httponly=True,
            samesite=cookie["same_site"],
        )
    return response


def django_response(response: WebResponse) -> HttpResponse:
    """Converts a response."""
    return HttpResponse(response.body, status=response.status, headers=dict(response.headers))


def use_claims(request: Any, outcome: BearerOutcome) -> HttpResponse | None:
    """Stores the claims of a token in the request, or returns the response."""
    request.scalekit_claims = outcome.claims
    return None if outcome.response is None else django_response(outcome.response)


def metadata(request: HttpRequest) -> HttpResponse:
    """Returns the metadata of the protected resource."""
    response = get_bearer().metadata(request.path)
    return HttpResponse(status=404) if response is None else django_response(response)


def call_hooks(request: HttpRequest, outcome: Outcome) -> Any:
    """Calls the hooks and returns the result of `on_error`."""
    auth = get_config().web_auth
    hook = auth.event_hook(outcome)
    if hook is not None:
        _blocking(hook)(request, outcome.session)
    hook = auth.error_hook(outcome)
    return None if hook is None else _blocking(hook)(request, AuthError(outcome))


async def call_hooks_async(request: HttpRequest, outcome: Outcome) -> Any:
    """Calls the hooks and returns the result of `on_error`."""
    auth = get_config().web_auth
    hook = auth.event_hook(outcome)
    if hook is not None:
        await _awaitable(hook)(request, outcome.session)
    hook = auth.error_hook(outcome)
    return None if hook is None else await _awaitable(hook)(request, AuthError(outcome))


def _blocking(hook: Any) -> Any:
    return async_to_sync(hook) if inspect.iscoroutinefunction(hook) else hook


def _awaitable(hook: Any) -> Any:
    return hook if inspect.iscoroutinefunction(hook) else sync_to_async(hook)

"""The same application in each framework.

| route | view |
|---|---|
| GET /public | ``get_session()`` |
| GET /me | protected; the claims of the user |
| GET /own | protected; a response that the view creates |
| GET /missing | protected; an error of the framework |
| GET /async | protected; a coroutine function |
| POST /write | protected |
| GET /admin, /owner | needs the role |
| GET /read, /delete | needs the permission |
| GET /organization, /other | needs an organization, or org_2 |
| GET /token | the access token, for a downstream call |
| GET /switch | logs in to org_2 |
| POST /webhook | a verified event |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from web_client import Application, AsgiApplication, WsgiApplication

from scalekit.testing import Emulator

SECRET = "a secret of at least thirty-two characters"
REDIRECT_URI = "https://app.example.com/callback"
SWITCH: Any = {"organization_id": "org_2", "prompt": "login", "return_to": "/me"}


def flask_application(options: dict[str, Any]) -> Application:
    import flask

    from scalekit.frameworks.flask import ScalekitAuth

    app = flask.Flask("tested")
    auth = ScalekitAuth(app, **options)

    @app.get("/public")
    def public() -> Any:
        return flask.jsonify(auth.get_session())

    @app.get("/me")
    @auth.requires_auth
    def me() -> Any:
        return auth.current_user

    @app.get("/own")
    @auth.requires_auth
    def own() -> Any:
        return flask.Response("own", 201, {"X-Own": "1"})

    @app.get("/missing")
    @auth.requires_auth
    def missing() -> Any:
        flask.abort(404)

    @app.get("/async")
    @auth.requires_auth
    async def asynchronous() -> Any:
        return auth.current_user

    @app.post("/write")
    @auth.requires_auth
    def write() -> Any:
        return {"written": True}

    for path, requirements in REQUIREMENTS.items():

        def guarded() -> Any:
            return auth.current_user

        app.add_url_rule(path, path, auth.requires(**requirements)(guarded))

    @app.get("/token")
    @auth.requires_auth
    def token() -> Any:
        assert auth.current_session
        return {"access_token": auth.current_session.access_token}

    @app.get("/switch")
    def switch() -> Any:
        return auth.login(**SWITCH)

    @app.post("/webhook")
    def webhook() -> Any:
        return {"revoked": auth.handle_event(flask.request.get_json())}

    return WsgiApplication(app)


def fastapi_application(options: dict[str, Any]) -> Application:
    from scalekit.frameworks.fastapi import ScalekitAuth

    app = FastAPI()
    auth = ScalekitAuth(**options)
    auth.install(app)
    user, session = Depends(auth.requires_auth), Depends(auth.session)

    @app.get("/public")
    async def public(request: Request) -> Any:
        return auth.get_session(request)

    @app.get("/me")
    async def me(claims: dict[str, Any] = user) -> Any:
        return claims

    @app.get("/own", dependencies=[user])
    async def own() -> Response:
        return Response("own", 201, {"X-Own": "1"})

    @app.get("/missing", dependencies=[user])
    async def missing() -> Any:
        raise HTTPException(404)

    @app.get("/async")
    async def asynchronous(claims: dict[str, Any] = user) -> Any:
        return claims

    @app.post("/write", dependencies=[user])
    def write() -> Any:
        return {"written": True}

    for path, requirements in REQUIREMENTS.items():
        required = Depends(auth.requires(**requirements))

        async def guarded(session: Any = required) -> Any:
            return session.user

        app.get(path)(guarded)

    @app.get("/token")
    async def token(session: Any = session) -> Any:
        return {"access_token": session.access_token}

    @app.get("/switch")
    async def switch(request: Request) -> Response:
        return await auth.login(request, **SWITCH)

    @app.post("/webhook")
    async def webhook(request: Request) -> Any:
        return {"revoked": await auth.handle_event(await request.json())}

    return AsgiApplication(app)


def django_urls(is_async: bool) -> ModuleType:
    from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
    from django.urls import include, path
    from django.views.decorators.csrf import csrf_exempt

    from scalekit.frameworks import django as adapter

    def public(request: HttpRequest) -> HttpResponse:
        return JsonResponse(adapter.get_session(request), safe=False)

    @adapter.login_required
    def me(request: Any) -> HttpResponse:
        return JsonResponse(request.scalekit_user)

    @adapter.login_required
    def own(request: HttpRequest) -> HttpResponse:
        return HttpResponse("own", status=201, headers={"X-Own": "1"})

    @adapter.login_required
    def missing(request: HttpRequest) -> HttpResponse:
        raise Http404

    @adapter.login_required
    async def asynchronous(request: Any) -> HttpResponse:
        return JsonResponse(request.scalekit_user)

    @csrf_exempt
    @adapter.login_required
    def write(request: HttpRequest) -> HttpResponse:
        return JsonResponse({"written": True})

    def guarded(request: Any) -> HttpResponse:
        return JsonResponse(request.scalekit_user)

    @adapter.login_required
    def token(request: Any) -> HttpResponse:
        return JsonResponse({"access_token": request.scalekit_session.access_token})

    def switch(request: HttpRequest) -> Any:
        return adapter.login(request, **SWITCH)

    @csrf_exempt
    def webhook(request: HttpRequest) -> HttpResponse:
        return JsonResponse({"revoked": adapter.handle_event(json.loads(request.body))})

    def static(request: Any) -> HttpResponse:
        return JsonResponse({"user": request.scalekit_user})

    urls = ModuleType("tested_urls")
    views: dict[str, Callable[..., Any]] = {
        "public": public,
        "me": me,
        "own": own,
        "missing": missing,
        "async": asynchronous,
        "write": write,
        "token": token,
        "switch": switch,
        "webhook": webhook,
        "static/app.css": static,
    }
    for name, requirements in REQUIREMENTS.items():
        views[name[1:]] = adapter.requires(**requirements)(guarded)
    routes = adapter.async_urlpatterns if is_async else "scalekit.frameworks.django"
    urls.urlpatterns = [path("", include(routes))]  # type: ignore[attr-defined]
    urls.urlpatterns += [path(name, view) for name, view in views.items()]
    return urls


@contextmanager
def configured_django(
    urls: Callable[[], ModuleType], middleware: list[str], options: dict[str, Any], is_async: bool
) -> Iterator[Application]:
    """Creates an application with the options as settings."""
    import django
    from django.conf import settings
    from django.test.utils import override_settings

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"], SECRET_KEY="s", STATIC_URL="/static/", LOGGING_CONFIG=None
        )
        django.setup()
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler

    given = {f"SCALEKIT_{name.upper()}": value for name, value in options.items()}
    with override_settings(ROOT_URLCONF=urls(), MIDDLEWARE=middleware, **given):
        yield AsgiApplication(ASGIHandler()) if is_async else WsgiApplication(WSGIHandler())


@contextmanager
def django_application(options: dict[str, Any], is_async: bool) -> Iterator[Application]:
    middleware = [
        "django.middleware.csrf.CsrfViewMiddleware",
        "scalekit.frameworks.django.ScalekitAuthMiddleware",
    ]
    with configured_django(lambda: django_urls(is_async), middleware, options, is_async) as app:
        yield app


REQUIREMENTS: dict[str, Any] = {
    "/admin": {"roles": ["admin"]},
    "/owner": {"roles": ["admin", "owner"]},
    "/read": {"permissions": ["orders:read"]},
    "/delete": {"permissions": ["orders:delete"]},
    "/organization": {"organization": True},
    "/other": {"organization_id": "org_2"},
}
ADAPTERS = ("flask", "fastapi", "django_wsgi", "django_asgi")


class Applications:
    """Creates applications with an emulator."""

    def __init__(self, emulator: Emulator, adapter: str, stack: ExitStack) -> None:
        self.emulator = emulator
        self.adapter = adapter
        self._stack = stack

    def create(self, **options: Any) -> Application:
        """Creates an application. Each one has a client of its own."""
        emulator = self.emulator
        is_async = self.adapter in ("fastapi", "django_asgi")
        if "client" not in options and "env_url" not in options:
            client = emulator.async_client() if is_async else emulator.client()
            self._stack.callback(client.close)
            options["client"] = client
        options = {"redirect_uri": REDIRECT_URI, "cookie_encryption_secret": SECRET, **options}
        if self.adapter == "flask":
            return flask_application(options)
        if self.adapter == "fastapi":
            return fastapi_application(options)
        return self._stack.enter_context(django_application(options, is_async))

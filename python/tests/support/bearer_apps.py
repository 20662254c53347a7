"""The same API in each framework, protected by bearer tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from fastapi import Depends, FastAPI, Request
from web_apps import configured_django
from web_client import Application, AsgiApplication, WsgiApplication

METADATA = "/.well-known/oauth-protected-resource"
RESOURCE_URL = "https://api.example.com/orders"
REQUIREMENTS: dict[str, Any] = {
    "/api": {},
    "/scopes": {"scopes": ["orders:read"]},
    "/permissions": {"permissions": ["orders:read"]},
    "/organization": {"organization_id": "org_1"},
}


def flask_api(options: dict[str, Any]) -> Application:
    import flask

    from scalekit.frameworks.flask import BearerAuth

    app = flask.Flask("api")
    bearer = BearerAuth(app, **options)
    for path, requirements in REQUIREMENTS.items():

        def view() -> Any:
            return bearer.current_claims

        app.add_url_rule(path, path, bearer.requires(**requirements)(view))

    @app.get("/async")
    @bearer.requires_token
    async def asynchronous() -> Any:
        return bearer.current_claims

    @app.post("/write")
    @bearer.requires_token
    def write() -> Any:
        return {}

    return WsgiApplication(app)


def fastapi_api(options: dict[str, Any]) -> Application:
    from scalekit.frameworks.fastapi import BearerAuth

    app = FastAPI()
    bearer = BearerAuth(**options)
    bearer.install(app)
    for path, requirements in REQUIREMENTS.items():
        required = Depends(bearer.requires(**requirements))

        async def view(claims: dict[str, Any] = required) -> Any:
            return claims

        app.get(path)(view)
    token = Depends(bearer)

    @app.get("/async")
    async def asynchronous(claims: dict[str, Any] = token) -> Any:
        return claims

    @app.post("/write", dependencies=[token])
    def write(request: Request) -> Any:
        return {}

    return AsgiApplication(app)


def django_api() -> ModuleType:
    from django.http import HttpRequest, HttpResponse, JsonResponse
    from django.urls import include, path

    from scalekit.frameworks import django as adapter

    def view(request: Any) -> HttpResponse:
        return JsonResponse(request.scalekit_claims)

    async def asynchronous(request: Any) -> HttpResponse:
        return JsonResponse(request.scalekit_claims)

    def write(request: HttpRequest) -> HttpResponse:
        return JsonResponse({})

    urls = ModuleType("tested_api_urls")
    views: dict[str, Callable[..., Any]] = {
        name[1:]: adapter.bearer_required(**requirements)(view)
        for name, requirements in REQUIREMENTS.items()
    }
    views["async"] = adapter.bearer_required()(asynchronous)
    views["write"] = adapter.bearer_required()(write)
    urls.urlpatterns = [path("", include(adapter.metadata_urlpatterns))]  # type: ignore[attr-defined]
    urls.urlpatterns += [path(name, view) for name, view in views.items()]
    return urls


@contextmanager
def bearer_application(adapter: str, options: dict[str, Any]) -> Iterator[Application]:
    if adapter == "flask":
        yield flask_api(options)
    elif adapter == "fastapi":
        yield fastapi_api(options)
    else:
        middleware = ["django.middleware.csrf.CsrfViewMiddleware"]
        is_async = adapter == "django_asgi"
        with configured_django(django_api, middleware, options, is_async) as app:
            yield app

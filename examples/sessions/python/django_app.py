"""A Django application in one file, with login, an administration page, an API and webhooks.

Run it with the emulator; see the README of the examples.
"""

from __future__ import annotations

import json
import os
import sys

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from page import page

from scalekit import WebhookVerificationError
from scalekit.web_auth import DjangoCacheStore

URL = os.environ.get("APP_URL", "http://localhost:8000")
settings.configure(
    SECRET_KEY=os.environ["COOKIE_SECRET"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["scalekit.frameworks.django.ScalekitAuthMiddleware"],
    SCALEKIT_ENV_URL=os.environ["SCALEKIT_ENVIRONMENT_URL"],
    SCALEKIT_CLIENT_ID=os.environ["SCALEKIT_CLIENT_ID"],
    SCALEKIT_CLIENT_SECRET=os.environ["SCALEKIT_CLIENT_SECRET"],
    SCALEKIT_REDIRECT_URI=f"{URL}/callback",
    SCALEKIT_COOKIE_ENCRYPTION_SECRET=os.environ["COOKIE_SECRET"],
    # Not all browsers accept secure cookies of localhost.
    SCALEKIT_COOKIE_SECURE=URL.startswith("https:"),
    SCALEKIT_STORE=DjangoCacheStore(),  # with several workers, use a cache that they share
)

from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

from scalekit.frameworks.django import (  # noqa: E402
    bearer_required,
    get_config,
    handle_event,
    login,
    login_required,
    requires,
)


def home(request: HttpRequest) -> HttpResponse:
    user = request.scalekit_user
    text = "You are signed in." if user else "Sign in to see your orders."
    return HttpResponse(page("Welcome", text, user))


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    return HttpResponse(page("Orders", "You have no orders.", request.scalekit_user))


@requires(roles=["admin"])
def admin(request: HttpRequest) -> HttpResponse:
    text = "Only administrators see this page."
    return HttpResponse(page("Administration", text, request.scalekit_user))


@login_required
def me(request: HttpRequest) -> HttpResponse:
    session = request.scalekit_session
    return JsonResponse({"user": session.user, "expiresAt": session.expires_at})


def switch(request: HttpRequest, organization_id: str) -> HttpResponse:
    return login(request, organization_id=organization_id, return_to="/orders")


@bearer_required()
def api_orders(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"client": request.scalekit_claims["sub"], "orders": []})


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    secret = os.environ["WEBHOOK_SECRET"]
    try:
        get_config().client.verify_webhook_payload(secret, request.headers, request.body)
    except WebhookVerificationError as error:
        return HttpResponse(str(error), status=400)
    handle_event(json.loads(request.body))
    return HttpResponse(status=204)


urlpatterns = [
    path("", include("scalekit.frameworks.django")),
    path("", home),
    path("orders", orders),
    path("admin", admin),
    path("me", me),
    path("switch/<organization_id>", switch),
    path("api/orders", api_orders),
    path("webhook", webhook),
]
wsgi = get_wsgi_application()
asgi = get_asgi_application()

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line([*sys.argv[:1], "runserver", "--noreload", *sys.argv[1:]])

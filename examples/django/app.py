"""A Django application in one file, with login, an administration page and an API.

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
from django.utils.html import format_html

from scalekit.web_auth import DjangoCacheStore

settings.configure(
    SECRET_KEY=os.environ["COOKIE_SECRET"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["scalekit.frameworks.django.ScalekitAuthMiddleware"],
    SCALEKIT_ENV_URL=os.environ["SCALEKIT_ENVIRONMENT_URL"],
    SCALEKIT_CLIENT_ID=os.environ["SCALEKIT_CLIENT_ID"],
    SCALEKIT_CLIENT_SECRET=os.environ["SCALEKIT_CLIENT_SECRET"],
    SCALEKIT_REDIRECT_URI="http://localhost:8000/callback",
    SCALEKIT_COOKIE_ENCRYPTION_SECRET=os.environ["COOKIE_SECRET"],
    SCALEKIT_COOKIE_SECURE=False,  # the example uses HTTP on localhost
    SCALEKIT_STORE=DjangoCacheStore(),  # with several workers, use a cache that they share
)

from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

from scalekit.frameworks.django import (  # noqa: E402
    bearer_required,
    get_config,
    handle_event,
    requires,
)

PAGE = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orders</title>
<style>body {{ font: 16px/1.5 system-ui; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}</style>
<h1>Orders</h1>
{}
</html>
"""
SIGNED_IN = """<p>Signed in as {} of {}.</p>
<p><a href="/admin">Administration</a> <a href="/login?prompt=select_account">Switch</a></p>
<form method="post" action="/logout"><button>Sign out</button></form>"""
SIGNED_OUT = '<p><a href="/login">Sign in</a></p>'


def home(request: HttpRequest) -> HttpResponse:
    user = request.scalekit_user
    content = format_html(SIGNED_IN, user["sub"], user["oid"]) if user else format_html(SIGNED_OUT)
    return HttpResponse(format_html(PAGE, content))


@requires(roles=["admin"])
def admin(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Only administrators see this page.")


@bearer_required()
def orders(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"client": request.scalekit_claims["sub"], "orders": []})


@csrf_exempt
def webhooks(request: HttpRequest) -> HttpResponse:
    secret = os.environ["WEBHOOK_SECRET"]
    get_config().client.verify_webhook_payload(secret, request.headers, request.body)
    return JsonResponse({"revoked": handle_event(json.loads(request.body))})


urlpatterns = [
    path("", include("scalekit.frameworks.django")),
    path("", home),
    path("admin", admin),
    path("api/orders", orders),
    path("webhooks", webhooks),
]
wsgi = get_wsgi_application()
asgi = get_asgi_application()

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line([*sys.argv, "runserver", "--noreload"])

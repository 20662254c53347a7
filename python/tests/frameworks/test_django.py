"""Behavior that only Django has: settings, static files, and decorators without the middleware."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest
from web_apps import REDIRECT_URI, SECRET, configured_django, django_urls
from web_client import Application, Browser

from scalekit.middleware.session_crypto import decrypt_session, encrypt_session
from scalekit.testing import Emulator
from scalekit.web_auth import DjangoCacheStore

MIDDLEWARE = ["scalekit.frameworks.django.ScalekitAuthMiddleware"]
Create = Callable[..., Application]


@pytest.fixture(params=[False, True], ids=["wsgi", "asgi"])
def create(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Create]:
    with ExitStack() as stack:
        is_async: bool = request.param

        def create(*middleware: str, urls: Any = None, **options: Any) -> Application:
            given = {
                "client": emulator.client(),
                "redirect_uri": REDIRECT_URI,
                "cookie_encryption_secret": SECRET,
                **options,
            }
            stack.callback(given["client"].close)
            create_urls = urls or (lambda: django_urls(is_async))
            app = configured_django(create_urls, list(middleware), given, is_async)
            return stack.enter_context(app)

        yield create


def expire(browser: Browser, seconds: int = 1) -> None:
    session = decrypt_session(browser.cookies["sk_session"], SECRET)
    changed = {**session, "expires_at": int(time.time()) - seconds}
    browser.cookies["sk_session"] = encrypt_session(changed, SECRET)


def refreshes(emulator: Emulator) -> int:
    logged = emulator.requests(path="/oauth/token")
    return sum("refresh_token" in str(one["body"]) for one in logged)


def test_static_files_do_not_refresh_the_session(create: Create, emulator: Emulator) -> None:
    browser = Browser(create(*MIDDLEWARE))
    browser.log_in()
    expire(browser)
    reply = browser.get("/static/app.css")
    assert (reply.json, reply.cookies) == ({"user": None}, {})
    assert refreshes(emulator) == 0
    assert browser.get("/public").json["user"]["sub"] == "usr_1"
    assert refreshes(emulator) == 1


def test_decorators_work_without_the_middleware(create: Create, emulator: Emulator) -> None:
    browser = Browser(create())
    browser.log_in()
    expire(browser)
    reply = browser.get("/me")
    assert (reply.json["sub"], list(reply.cookies)) == ("usr_1", ["sk_session"])
    expire(browser)
    assert list(browser.get("/async").cookies) == ["sk_session"]
    browser.post("/logout")
    assert not browser.cookies


def test_a_failed_refresh_is_not_repeated_by_the_guard(create: Create, emulator: Emulator) -> None:
    failures: list[Any] = []
    app = create(*MIDDLEWARE, on_error=lambda request, error: failures.append(error))
    browser = Browser(app)
    browser.log_in()
    expire(browser, 3600)
    emulator.fault("oauth.token", status=503)
    assert browser.get("/me").status == 503
    assert refreshes(emulator) == 1
    emulator.clear_faults()
    emulator.fault("oauth.token", status=400, json={"error": "invalid_grant"})
    assert browser.get("/me").status == 302
    assert refreshes(emulator) == 2
    assert not browser.cookies


def test_the_result_of_the_middleware(create: Create) -> None:
    results: list[Any] = []

    def urls() -> ModuleType:
        from django.http import HttpRequest, HttpResponse
        from django.urls import include, path

        from scalekit.frameworks.django import async_urlpatterns

        def view(request: HttpRequest) -> HttpResponse:
            results.append(request.scalekit_session_result)  # type: ignore[attr-defined]
            return HttpResponse()

        urls = ModuleType("tested_result_urls")
        urls.urlpatterns = [path("", include(async_urlpatterns)), path("page", view)]  # type: ignore[attr-defined]
        return urls

    browser = Browser(create(*MIDDLEWARE, urls=urls))
    browser.get("/page")
    assert (results[-1].authenticated, results[-1].reason) == (False, "no_session")
    browser.log_in()
    browser.get("/page")
    assert results[-1].authenticated
    assert results[-1].user["sub"] == "usr_1"


def test_a_hook_can_be_the_path_of_a_function(create: Create) -> None:
    browser = Browser(create(*MIDDLEWARE, on_login="hooks_of_tests.record"))
    browser.log_in()
    import hooks_of_tests

    assert hooks_of_tests.recorded.pop() == "usr_1"


def test_sessions_in_the_cache_of_django(create: Create) -> None:
    browser = Browser(create(*MIDDLEWARE, store=DjangoCacheStore(), server_sessions=True))
    browser.log_in()
    assert len(browser.cookies["sk_session"]) < 250
    assert browser.get("/me").json["sub"] == "usr_1"
    assert browser.get("/async").json["sub"] == "usr_1"
    session = browser.get("/me").json["sid"]
    event = {"type": "session.revoked", "data": {"session_id": session}}
    assert browser.post("/webhook", body=event).json == {"revoked": session}
    assert browser.get("/me").status == 302


def test_the_names_of_the_urls(create: Create) -> None:
    create(*MIDDLEWARE)
    from django.urls import reverse

    names = ("scalekit_login", "scalekit_callback", "scalekit_logout")
    assert [reverse(name) for name in names] == ["/login", "/callback", "/logout"]


def test_invalid_settings_are_reported_when_the_server_starts(create: Create) -> None:
    with pytest.raises(ValueError, match="redirect_uri"):
        create(*MIDDLEWARE, redirect_uri=None)

"""Attributes of cookies, and FastAPI without the middleware."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Depends, FastAPI
from web_apps import REDIRECT_URI, SECRET, Applications
from web_client import FETCH, AsgiApplication, Browser

from scalekit.frameworks.fastapi import ScalekitAuth
from scalekit.testing import Emulator


@pytest.mark.parametrize(
    ("options", "name", "attributes"),
    [
        ({"cookie_domain": "example.com"}, "sk_session", {"domain=example.com", "secure"}),
        ({"cookie_same_site": "strict"}, "sk_session", {"samesite=strict", "secure"}),
        ({"cookie_name": "__Host-s"}, "__Host-s", {"path=/", "secure"}),
        ({"cookie_path": "/app"}, "sk_session", {"path=/app", "secure"}),
    ],
)
def test_cookies_are_deleted_with_the_attributes_they_were_set_with(
    apps: Applications, options: dict[str, Any], name: str, attributes: set[str]
) -> None:
    browser = Browser(apps.create(**options))
    login = browser.log_in().cookies[name]
    deletion = browser.post("/logout").cookies[name]
    assert "max-age=0" in deletion.lower()
    for cookie in (login, deletion):
        assert attributes <= set(cookie.lower().replace(" ", "").split(";"))


def test_cookies_without_secure_for_localhost(apps: Applications) -> None:
    browser = Browser(apps.create(cookie_secure=False, redirect_uri="http://localhost/callback"))
    assert "secure" not in browser.log_in().cookies["sk_session"].lower()
    assert browser.get("/me").status == 200


def test_fastapi_works_with_the_router_alone(emulator: Emulator) -> None:
    app = FastAPI()
    with emulator.client() as client:  # the blocking client is accepted too
        auth = ScalekitAuth(
            client=client, redirect_uri=REDIRECT_URI, cookie_encryption_secret=SECRET
        )
        app.include_router(auth.router)
        user = Depends(auth.requires_auth)

        @app.get("/me")
        async def me(claims: dict[str, Any] = user) -> Any:
            return claims

        browser = Browser(AsgiApplication(app))
        reply = browser.get("/me")
        assert (reply.status, reply.location) == (302, "/login?returnTo=%2Fme")
        assert browser.get("/me", FETCH).status == 401
        browser.log_in()
        assert browser.get("/me").json["sub"] == "usr_1"

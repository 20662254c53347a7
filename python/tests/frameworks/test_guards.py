"""Protected routes in each framework."""

from __future__ import annotations

from typing import Any

import pytest
from web_apps import Applications
from web_client import FETCH, NAVIGATE, Browser

XHR = {"Accept": "*/*", "X-Requested-With": "XMLHttpRequest"}
WEBSOCKET = {"Sec-Fetch-Mode": "websocket"}


@pytest.mark.parametrize("headers", [FETCH, XHR, WEBSOCKET, {"Accept": "application/json"}])
def test_scripts_receive_401(browser: Browser, headers: dict[str, str]) -> None:
    reply = browser.get("/me", headers)
    assert reply.status == 401
    assert reply.json == {
        "error": "no_session",
        "message": "You are not signed in.",
        "login_url": "/login",
    }
    assert reply.header("www-authenticate").startswith("Session ")


def test_a_form_gets_no_return_path(browser: Browser) -> None:
    reply = browser.post("/write", NAVIGATE)
    assert (reply.status, reply.location) == (303, "/login")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin", 200),
        ("/owner", 403),
        ("/read", 403),
        ("/delete", 403),
        ("/organization", 200),
        ("/other", 403),
    ],
)
def test_guards_check_roles_permissions_and_organizations(
    browser: Browser, path: str, status: int
) -> None:
    browser.log_in()
    reply = browser.get(path)
    assert reply.status == status
    if status == 403:
        assert "Your account has no access" in reply.body.decode()
        assert browser.get(path, FETCH).json["error"] == "forbidden"


def test_a_permission_of_the_role_is_enough(apps: Applications, browser: Browser) -> None:
    with apps.emulator.client() as client:
        client.permissions.create_permission({"name": "orders:read", "description": "Read"})
        client.permissions.add_permissions_to_role("admin", ["orders:read"])
    browser.log_in()
    assert browser.get("/read").status == 200
    assert browser.get("/delete").status == 403


def test_an_async_view_is_protected(browser: Browser) -> None:
    assert browser.get("/async").status == 302
    browser.log_in()
    assert browser.get("/async").json["sub"] == "usr_1"


def test_the_access_token_is_available_for_downstream_calls(
    apps: Applications, browser: Browser
) -> None:
    browser.log_in()
    token = browser.get("/token").json["access_token"]
    with apps.emulator.client() as client:
        assert client.validate_token(token)["sub"] == "usr_1"


@pytest.mark.parametrize("value", ["", "x", "AQ", "A" * 200, "\u00e9"])
def test_a_changed_cookie_is_deleted(browser: Browser, value: str) -> None:
    browser.cookies["sk_session"] = value
    assert browser.get("/me", NAVIGATE).status == 302
    assert not browser.cookies.get("sk_session")


def test_a_cookie_of_another_name_is_rejected(browser: Browser) -> None:
    state = browser.start_login()
    assert state
    (name,) = browser.cookies
    browser.cookies["sk_session"] = browser.cookies.pop(name)
    assert browser.get("/me").status == 302
    assert not browser.cookies


def test_a_session_of_another_secret_is_rejected(apps: Applications) -> None:
    first = Browser(apps.create())
    first.log_in()
    cookies: Any = dict(first.cookies)
    second = Browser(
        apps.create(cookie_encryption_secret="another secret of thirty-two characters")
    )
    second.cookies = cookies
    assert second.get("/me").status == 302


def test_a_rotated_secret_is_still_read(apps: Applications) -> None:
    first = Browser(apps.create(cookie_encryption_secret=["old secret of thirty-two characters!!"]))
    first.log_in()
    secrets = ["new secret of thirty-two characters!!", "old secret of thirty-two characters!!"]
    second = Browser(apps.create(cookie_encryption_secret=secrets))
    second.cookies = dict(first.cookies)
    reply = second.get("/me")
    assert (reply.status, list(reply.cookies)) == (200, ["sk_session"]), "it is written again"
    third = Browser(apps.create(cookie_encryption_secret=secrets[:1]))
    third.cookies = second.cookies
    assert third.get("/me").status == 200

"""The same story in a browser with each example application."""

from __future__ import annotations

import time

from browser import check_page, complete_login
from playwright.sync_api import expect

from .applications import SESSIONS
from .conftest import CONNECTION, EASTWIND, MAX, NORA, NORTHWIND, SOUTHWIND, Visitor


def test_login_guards_switch_and_logout(visitor: Visitor) -> None:
    page = visitor.open("/")
    expect(page.get_by_text("Sign in to see your orders.")).to_be_visible()
    page.get_by_role("link", name="Orders").click()
    complete_login(page, visitor.emulator, NORA)
    page.get_by_role("button", name="Northwind").click()

    page.wait_for_url(f"{visitor.app.url}/orders")
    expect(page.get_by_text("You have no orders.")).to_be_visible()
    expect(page.get_by_text(NORTHWIND)).to_be_visible()
    page.get_by_role("link", name="Administration").click()
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()

    # In the other organization, the user is not an administrator.
    visitor.open(f"/switch/{SOUTHWIND}")
    page.wait_for_url(f"{visitor.app.url}/orders")
    expect(page.get_by_text(SOUTHWIND)).to_be_visible()
    visitor.open("/admin")
    expect(page.get_by_role("heading", name="No access")).to_be_visible()

    visitor.open("/").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{visitor.app.url}/")
    expect(page.get_by_text("Sign in to see your orders.")).to_be_visible()
    assert visitor.session_cookies() == []
    visitor.open("/orders")
    expect(page.get_by_label("Email")).to_be_visible()


def test_two_tabs_log_in_at_once(visitor: Visitor) -> None:
    tabs = {f"/orders?tab={number}": visitor.new_tab() for number in (1, 2)}
    for path, tab in tabs.items():
        tab.goto(visitor.app.url + path)
    for path, tab in reversed(tabs.items()):
        complete_login(tab, visitor.emulator, NORA)
        tab.get_by_role("button", name="Northwind").click()
        tab.wait_for_url(visitor.app.url + path)
        expect(tab.get_by_text("You have no orders.")).to_be_visible()


def test_the_identity_provider_starts_a_login(visitor: Visitor) -> None:
    login = {
        "connection_id": CONNECTION,
        "organization_id": EASTWIND,
        "login_hint": NORA,
        "relay_state": "/orders",
    }
    token = visitor.emulator.admin("POST", "idp-initiated-token", login)["token"]
    page = visitor.open(f"/login?idp_initiated_login={token}")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url(f"{visitor.app.url}/orders")
    expect(page.get_by_text(EASTWIND)).to_be_visible()


def test_parallel_requests_refresh_the_session_once(visitor: Visitor) -> None:
    emulator = visitor.emulator

    def refreshes() -> int:
        requests = emulator.requests(operation="oauth.token")
        return sum("grant_type=refresh_token" in request["body"] for request in requests)

    # Access tokens that expire in 5 seconds. Sessions are refreshed 10 seconds earlier.
    emulator.admin("PUT", "clock", {"shift_seconds": -3595})
    try:
        visitor.sign_in()
    finally:
        emulator.admin("PUT", "clock", {"shift_seconds": 0})
    before = refreshes()
    responses = visitor.fetch("/me", times=20)
    assert {response["status"] for response in responses} == {200}
    assert {response["body"]["expiresAt"] > time.time() + 3000 for response in responses} == {True}
    page = visitor.open("/orders")
    expect(page.get_by_text("You have no orders.")).to_be_visible()
    assert refreshes() == before + 1


def test_a_big_session_needs_several_cookies(visitor: Visitor) -> None:
    page = visitor.sign_in(email=MAX)
    assert len(visitor.session_cookies()) > 1
    page.reload()
    expect(page.get_by_text("You have no orders.")).to_be_visible()
    visitor.open("/").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{visitor.app.url}/")
    assert visitor.session_cookies() == []


def test_a_revoked_session_ends_at_once(visitor: Visitor) -> None:
    visitor.sign_in()
    ((response,), emulator) = (visitor.fetch("/me"), visitor.emulator)
    session = response["body"]["user"]["sid"]
    with emulator.client() as client:
        client.sessions.revoke_session(session)
    # The emulator sends a webhook to the application, as Scalekit does.
    deadline = time.monotonic() + 30
    while visitor.fetch("/me")[0]["status"] == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert visitor.fetch("/me")[0]["status"] == 401
    assert visitor.session_cookies() == []
    page = visitor.open("/orders")
    expect(page.get_by_label("Email")).to_be_visible()


def test_the_api_accepts_access_tokens_only(visitor: Visitor) -> None:
    request, url = visitor.context.request, f"{visitor.app.url}/api/orders"
    with visitor.emulator.client() as client:
        token = client.get_client_access_token()
    response = request.get(url, headers={"authorization": f"Bearer {token}"})
    assert (response.status, response.json()["orders"]) == (200, [])
    for headers in ({}, {"authorization": f"Bearer {token[:-4]}AAAA"}):
        response = request.get(url, headers=headers)
        assert response.status == 401
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_tampered_cookie_is_rejected(visitor: Visitor) -> None:
    page = visitor.sign_in()
    (cookie,) = (c for c in visitor.context.cookies() if c["name"] == "sk_session")
    value = cookie["value"]
    for tampered in (value[:-6] + "AAAAAA", value[10:], "AQ"):
        visitor.context.add_cookies([{**cookie, "value": tampered}])
        assert visitor.fetch("/me")[0]["status"] == 401
        assert visitor.session_cookies() == []
    visitor.open("/")
    expect(page.get_by_text("Sign in to see your orders.")).to_be_visible()


def test_only_paths_of_the_application_are_return_paths(visitor: Visitor) -> None:
    visitor.open("/admin")  # A login that is abandoned. Its path is not used later.
    page = visitor.open(f"/login?organization_id={NORTHWIND}")
    complete_login(page, visitor.emulator, NORA)
    page.wait_for_url(f"{visitor.app.url}/")
    attempts = ["//evil.example", "/%5Cevil.example", "https://evil.example", "/%09/evil.example"]
    for attempt in [*attempts, "/%255Cevil.example", "/..//evil.example"]:
        visitor.open(f"/login?returnTo={attempt}&organization_id={NORTHWIND}")
        assert page.url == f"{visitor.app.url}/", attempt


OTHER_SITE = """<!doctype html>
<title>Another site</title>
<form method="post" action="{url}/logout"><button>Win a prize</button></form>"""


def test_another_site_cannot_sign_the_user_out(visitor: Visitor) -> None:
    page = visitor.sign_in()
    other, body = "http://evil.example/", OTHER_SITE.format(url=visitor.app.url)
    visitor.context.route(other, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(other)
    with page.expect_navigation() as navigation:
        page.get_by_role("button").click()
    assert navigation.value.status == 403
    expect(visitor.open("/orders").get_by_text("You have no orders.")).to_be_visible()


def test_pages_are_accessible(visitor: Visitor) -> None:
    name = f"sessions-{visitor.app.name}"
    page = visitor.open("/")
    check_page(page, f"{name}-signed-out")
    # An error page, and no loop between the callback and the login.
    visitor.open("/callback?code=1&state=1")
    check_page(page, f"{name}-failed-login")
    visitor.sign_in()
    check_page(page, f"{name}-signed-in")
    visitor.open(f"/switch/{SOUTHWIND}")
    page.wait_for_url(f"{visitor.app.url}/orders")
    visitor.open("/admin")
    check_page(page, f"{name}-no-access")


def test_nextjs_has_the_same_style() -> None:
    # Next.js cannot import files of other folders.
    copy = (SESSIONS / "next/app/style.css").read_text()
    assert copy == (SESSIONS / "style.css").read_text()

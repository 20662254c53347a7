"""Login, callback and logout in each framework."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from programs import ROOT
from web_apps import Applications
from web_client import FETCH, NAVIGATE, Application, Browser, quoted


def test_a_login_leads_back_to_the_page(browser: Browser) -> None:
    anonymous = browser.get("/me?page=2")
    assert (anonymous.status, anonymous.location) == (302, "/login?returnTo=%2Fme%3Fpage%3D2")
    reply = browser.log_in(anonymous.location)
    assert reply.location == "/me?page=2"
    assert list(browser.cookies) == ["sk_session"], "the cookie of the login is deleted"
    claims = browser.get("/me").json
    assert (claims["sub"], claims["oid"]) == ("usr_1", "org_1")
    session = browser.get("/public").json
    assert session == {"user": claims, "expires_at": claims["exp"]}


def test_a_session_cookie_is_protected(browser: Browser) -> None:
    attributes = browser.log_in().cookies["sk_session"].lower().replace(" ", "").split(";")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(attributes)
    assert not any(one.startswith(("max-age", "expires")) for one in attributes)


def test_the_authorization_url_has_pkce_state_and_nonce(browser: Browser) -> None:
    target = "/login?organization_id=org_1&prompt=login&connection_id=conn_1&domain_hint=acme.com"
    query = parse_qs(urlsplit(browser.start_login(target)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {len(query[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}
    assert query["scope"] == ["openid profile email offline_access"]
    assert query["organization_id"] == ["org_1"]
    assert query["connection_id"] == ["conn_1"]
    assert query["login_hint"] == ["ada@acme.com"]
    assert query["domain_hint"] == ["acme.com"]
    assert query["prompt"] == ["login"]


def test_the_return_path_of_an_abandoned_login_is_forgotten(browser: Browser) -> None:
    browser.start_login("/login?returnTo=/old")
    assert browser.log_in("/login").location == "/"


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/%5Cevil"],
)
def test_a_login_never_leads_to_another_site(browser: Browser, path: str) -> None:
    assert browser.log_in(f"/login?returnTo={quoted(path)}").location == "/"


def test_two_tabs_can_log_in_at_once(browser: Browser) -> None:
    first = browser.start_login("/login?returnTo=/first")
    second = browser.start_login("/login?returnTo=/second")
    assert browser.approve(second).location == "/second"
    assert browser.approve(first).location == "/first"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("code=x&state=caf\u00e9", "login_not_started"),
        ("code=x", "login_not_started"),
        ("error=access_denied", "login_not_started"),
    ],
)
def test_a_failed_callback_is_a_page_and_not_a_loop(
    browser: Browser, query: str, reason: str
) -> None:
    reply = browser.get(f"/callback?{quoted(query).replace('%3D', '=').replace('%26', '&')}")
    assert reply.status == 400
    assert reason in reply.body.decode()
    assert 'href="/login"' in reply.body.decode()
    assert "no-store" in reply.header("cache-control")


def test_a_rejected_login_and_a_failed_exchange_are_pages(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.start_login()).query)["state"][0]
    reply = browser.get(f"/callback?state={state}&error=access_denied")
    assert (reply.status, "access_denied" in reply.body.decode()) == (400, True)
    state = parse_qs(urlsplit(browser.start_login()).query)["state"][0]
    reply = browser.get(f"/callback?state={state}&code=wrong")
    assert (reply.status, "exchange_failed" in reply.body.decode()) == (400, True)
    assert not browser.cookies, "the cookie of the login is deleted"


def test_a_wrong_client_secret_is_a_page_and_not_a_loop(apps: Applications) -> None:
    emulator = apps.emulator
    credentials = {"env_url": emulator.url, "client_id": emulator.client_id}
    browser = Browser(apps.create(**credentials, client_secret="wrong"))
    reply = browser.approve(browser.start_login())
    assert (reply.status, "exchange_failed" in reply.body.decode()) == (400, True)


def test_a_session_that_is_too_large_is_a_page(apps: Applications) -> None:
    browser = Browser(apps.create(cookie_name="s" * 3790))
    reply = browser.approve(browser.start_login())
    assert (reply.status, "session_too_large" in reply.body.decode()) == (500, True)


def test_a_large_session_is_split_over_cookies(apps: Applications) -> None:
    browser = Browser(apps.create(cookie_name="s" * 2000))
    browser.log_in()
    assert len(browser.cookies) > 1
    assert browser.get("/me").json["sub"] == "usr_1"
    browser.post("/logout")
    assert not browser.cookies


def test_on_error_replaces_the_page(apps: Applications) -> None:
    failures: list[Any] = []

    def on_error(request: Any, error: Any) -> Any:
        failures.append((request.method, error))
        return own_page(apps.adapter)

    browser = Browser(apps.create(on_error=on_error))
    reply = browser.get("/callback?code=x&state=y")
    assert (reply.status, reply.body) == (418, b"own page")
    ((method, error),) = failures
    assert (method, error.reason, error.status) == ("GET", "login_not_started", 400)
    assert browser.get("/me").status == 302
    assert len(failures) == 1, "a missing session is not an error"


def own_page(adapter: str) -> Any:
    if adapter == "flask":
        return "own page", 418
    if adapter == "fastapi":
        from starlette.responses import Response

        return Response("own page", 418)
    from django.http import HttpResponse

    return HttpResponse("own page", status=418)


def test_a_callback_that_is_opened_twice_leads_on(browser: Browser) -> None:
    reply = browser.log_in("/login?returnTo=/me")
    assert reply.location == "/me"
    again = browser.get("/callback?code=used&state=used")
    assert (again.status, again.location) == (302, "/")


def test_logout_ends_both_sessions(browser: Browser) -> None:
    browser.log_in()
    reply = browser.post("/logout")
    url = urlsplit(reply.location)
    query = parse_qs(url.query)
    assert (reply.status, url.path) == (303, "/oidc/logout")
    assert query["post_logout_redirect_uri"] == ["https://app.example.com/"]
    assert query["id_token_hint"]
    assert not browser.cookies
    deletion = reply.cookies["sk_session"].lower()
    assert "secure" in deletion
    assert "samesite=lax" in deletion
    assert browser.get("/me").status == 302


def test_the_host_header_has_no_influence_on_logout(browser: Browser) -> None:
    browser.log_in()
    reply = browser.get("/logout", {**NAVIGATE, "Host": "evil.example"})
    assert reply.status == 302
    assert "evil" not in reply.location


def test_another_site_cannot_sign_the_user_out(browser: Browser) -> None:
    browser.log_in()
    image = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"}
    assert browser.get("/logout", image).status == 403
    form = {**NAVIGATE, "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert browser.post("/logout", form).status == 403
    link = browser.get("/logout", {**NAVIGATE, "Sec-Fetch-Site": "cross-site"})
    assert (link.status, b'method="post"' in link.body) == (200, True)
    assert browser.get("/me").status == 200


def test_logout_without_the_service(apps: Applications) -> None:
    browser = Browser(apps.create(full_logout=False, post_logout_redirect_uri="/bye"))
    browser.log_in()
    assert browser.post("/logout").location == "https://app.example.com/bye"


def test_hooks_receive_the_request_and_the_session(apps: Applications) -> None:
    seen: list[Any] = []

    def on_login(request: Any, session: Any) -> None:
        seen.append(("login", request.method, session.user_id))

    async def on_logout(request: Any, session: Any) -> None:
        seen.append(("logout", request.method, session.user_id))

    browser = Browser(apps.create(on_login=on_login, on_logout=on_logout))
    browser.log_in()
    browser.post("/logout")
    assert seen == [("login", "GET", "usr_1"), ("logout", "POST", "usr_1")]


def test_the_organization_can_be_switched(browser: Browser) -> None:
    browser.log_in()
    url = browser.get("/switch").location
    query = parse_qs(urlsplit(url).query)
    assert (query["organization_id"], query["prompt"]) == (["org_2"], ["login"])
    reply = browser.approve(f"{url}&login_hint=ada@acme.com")
    assert reply.location == "/me"
    assert browser.get("/me").json["oid"] == "org_2"


def test_a_login_of_an_identity_provider_that_is_not_valid_is_a_page(browser: Browser) -> None:
    reply = browser.get("/login?idp_initiated_login=e30.e30.e30")
    assert (reply.status, "invalid_login_token" in reply.body.decode()) == (400, True)


def test_scripts_receive_json_of_a_failed_callback(browser: Browser) -> None:
    reply = browser.get("/callback?code=x&state=y", FETCH)
    assert (reply.status, reply.json["error"]) == (400, "login_not_started")


@pytest.mark.parametrize("option", ["redirect_uri", "cookie_encryption_secret"])
def test_a_missing_option_is_a_value_error(apps: Applications, option: str) -> None:
    with pytest.raises(ValueError, match=option):
        Browser(apps.create(**{option: None})).get("/login")


def test_the_extras_exist() -> None:
    project = (ROOT / "python/pyproject.toml").read_text()
    for extra in ("flask", "fastapi", "django"):
        assert f"optional-dependencies.{extra} = " in project


def test_head_is_a_navigation_without_a_session(app: Application) -> None:
    reply = app.handle("GET", "/me", {"Accept": "*/*"}, b"")
    assert reply.status == 302

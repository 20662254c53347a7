"""Refreshed, expired and revoked sessions in each framework."""

from __future__ import annotations

import time
from typing import Any

import pytest
from web_apps import SECRET, Applications
from web_client import Application, Browser

from scalekit.middleware.session_crypto import decrypt_session, encrypt_session
from scalekit.web_auth import MemoryStore

# Refreshes a session with each request.
ALWAYS = {"refresh_ahead_s": 365 * 24 * 3600}


def refreshes(apps: Applications) -> int:
    """The number of refreshes that the emulator received."""
    logged = apps.emulator.requests(path="/oauth/token")
    return sum("refresh_token" in str(one["body"]) for one in logged)


def session(browser: Browser) -> dict[str, Any]:
    return decrypt_session(browser.cookies["sk_session"], SECRET)


def expire(browser: Browser, seconds: int, **changes: Any) -> None:
    """Changes the session in the cookie, so that it expired `seconds` ago."""
    changed = {**session(browser), "expires_at": int(time.time()) - seconds, **changes}
    browser.cookies["sk_session"] = encrypt_session(changed, SECRET)


@pytest.mark.parametrize(
    ("path", "status"), [("/me", 200), ("/own", 201), ("/missing", 404), ("/async", 200)]
)
def test_every_response_carries_the_refreshed_cookie(
    apps: Applications, browser: Browser, path: str, status: int
) -> None:
    browser.log_in()
    expire(browser, 1)
    before = session(browser)
    reply = browser.get(path)
    assert reply.status == status
    assert list(reply.cookies) == ["sk_session"]
    assert session(browser)["refresh_token"] != before["refresh_token"]
    assert browser.get("/me").status == 200
    assert refreshes(apps) == 1


def test_requests_with_the_old_cookie_share_a_refresh(apps: Applications) -> None:
    app = apps.create(**ALWAYS)
    browser = Browser(app)
    browser.log_in()
    for _ in range(3):
        other = Browser(app)
        other.cookies = dict(browser.cookies)
        assert other.get("/me").status == 200
    assert refreshes(apps) == 1


def test_an_expired_session_without_refresh_token_ends(browser: Browser) -> None:
    browser.log_in()
    expire(browser, 1, refresh_token=None)
    assert browser.get("/public").json is None, "get_session returns no expired session"
    assert browser.get("/me").status == 302
    assert not browser.cookies


def test_get_session_never_refreshes(apps: Applications) -> None:
    browser = Browser(apps.create())
    browser.log_in()
    expire(browser, 1)
    if not apps.adapter.startswith("django"):  # its middleware has refreshed the session
        assert browser.get("/public").json is None
        assert refreshes(apps) == 0


def test_an_outage_keeps_the_session(apps: Applications) -> None:
    failures: list[Any] = []
    app = apps.create(on_error=lambda request, error: failures.append(error))
    browser = Browser(app)
    browser.log_in()
    expire(browser, 1)
    cookie = browser.cookies["sk_session"]
    apps.emulator.fault("oauth.token", status=503)
    assert browser.get("/me").status == 200, "within the grace"
    assert browser.cookies["sk_session"] == cookie
    assert (failures[0].reason, "503" in failures[0].message) == (None, True)

    expire(browser, 3600)
    reply = browser.get("/me")
    assert (reply.status, reply.header("retry-after")) == (503, "5")
    assert failures[-1].reason == "unavailable"
    apps.emulator.clear_faults()
    assert browser.get("/me").status == 200, "the user is still signed in"


def test_a_session_that_the_service_ended_ends_here(apps: Applications, browser: Browser) -> None:
    browser.log_in()
    with apps.emulator.client() as client:
        client.sessions.revoke_session(session(browser)["user"]["sid"])
    expire(browser, 1)
    reply = browser.get("/me?page=2")
    assert (reply.status, reply.location) == (302, "/login?returnTo=%2Fme%3Fpage%3D2")
    assert not browser.cookies


def test_on_refresh_is_called_once(apps: Applications) -> None:
    seen: list[str] = []
    app = apps.create(on_refresh=lambda request, session: seen.append(session.user_id))
    browser = Browser(app)
    browser.log_in()
    expire(browser, 1)
    old = dict(browser.cookies)
    browser.get("/me")
    browser.cookies = old
    browser.get("/me")
    assert seen == ["usr_1"]


def test_an_official_cookie_is_read_and_written_again(
    browser: Browser, official_cookie: Any
) -> None:
    browser.log_in()
    browser.cookies["sk_session"] = official_cookie(session(browser), SECRET)
    reply = browser.get("/me")
    assert reply.status == 200
    assert reply.json["sub"] == "usr_1"
    assert browser.cookies["sk_session"].startswith("A")
    assert list(reply.cookies) == ["sk_session"]
    assert not browser.get("/me").cookies


class TestWithStore:
    """Applications with a store."""

    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

    @pytest.fixture
    def app(self, apps: Applications, store: MemoryStore) -> Application:
        return apps.create(store=store)

    def test_a_webhook_event_ends_a_session_at_once(self, browser: Browser) -> None:
        browser.log_in()
        id = session(browser)["user"]["sid"]
        event = {"type": "session.revoked", "data": {"session_id": id}}
        assert browser.post("/webhook", body={"type": "user.created", "data": {}}).json == {
            "revoked": None
        }
        assert browser.post("/webhook", body=event).json == {"revoked": id}
        assert browser.get("/public").json is None
        assert browser.get("/me").status == 302
        assert not browser.cookies

    def test_instances_refresh_a_session_once(
        self, apps: Applications, store: MemoryStore, app: Application
    ) -> None:
        browser = Browser(app)
        browser.log_in()
        expire(browser, 1)
        other = Browser(apps.create(store=store))
        other.cookies = dict(browser.cookies)
        assert browser.get("/me").status == other.get("/me").status == 200
        assert refreshes(apps) == 1

    def test_server_sessions_keep_only_an_id_in_the_cookie(
        self, apps: Applications, store: MemoryStore
    ) -> None:
        browser = Browser(apps.create(store=store, server_sessions=True))
        browser.log_in()
        assert len(browser.cookies["sk_session"]) < 250
        assert browser.get("/me").json["sub"] == "usr_1"
        assert browser.get("/public").json["user"]["sub"] == "usr_1"
        old = dict(browser.cookies)
        browser.post("/logout")
        browser.cookies = old
        assert browser.get("/me").status == 302, "a copy of the cookie is worthless after logout"

    def test_a_broken_store_does_not_sign_users_out(self, apps: Applications) -> None:
        class Broken:
            def get(self, key: str) -> str | None:
                raise ConnectionError("refused")

            def set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
                raise ConnectionError("refused")

            def delete(self, key: str) -> None:
                raise ConnectionError("refused")

        failures: list[Any] = []
        app = apps.create(store=Broken(), on_error=lambda _, error: failures.append(error))
        browser = Browser(app)
        browser.log_in()
        assert browser.get("/me").status == 200
        assert "refused" in failures[-1].message


def test_server_sessions_need_a_store(apps: Applications) -> None:
    with pytest.raises(ValueError, match="store"):
        apps.create(server_sessions=True)

"""``scalekit.middleware``, with the names of the official package."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from programs import ROOT
from web_apps import SECRET

from scalekit import ScalekitClient
from scalekit.middleware import csrf_state, protocol
from scalekit.middleware.session_crypto import (
    InvalidSessionError,
    decrypt_session,
    encrypt_session,
)
from scalekit.middleware.session_manager import DEFAULT_COOKIE_NAME, SessionRefreshManager
from scalekit.testing import Emulator

ATTACKS = json.loads(Path(ROOT, "tests/attacks/sessions.json").read_text())
PAYLOAD = {
    "user": {"sub": "usr_1"},
    "access_token": "at",
    "refresh_token": "rt",
    "id_token": None,
    "expires_at": 1_900_000_000,
}


def test_the_names_of_the_official_package() -> None:
    assert csrf_state.STATE_COOKIE_NAME == "sk_oauth_state"
    assert csrf_state.STATE_COOKIE_MAX_AGE == 600
    assert csrf_state.RETURN_TO_COOKIE_NAME == "sk_return_to"
    assert DEFAULT_COOKIE_NAME == "sk_session"


def test_states_are_random() -> None:
    states = {csrf_state.generate_state() for _ in range(100)}
    assert len(states) == 100
    assert {len(state) for state in states} == {43}


@pytest.mark.parametrize(
    ("stored", "returned", "equal"),
    [
        ("a", "a", True),
        ("caf\u00e9", "caf\u00e9", True),
        ("caf\u00e9", "cafe", False),
        ("\ud800", "\ud800", True),
        ("\ud800", "?", False),
        ("a", "b", False),
        ("", "", False),
        (None, None, False),
        ("a", None, False),
    ],
)
def test_states_are_compared(stored: str | None, returned: str | None, equal: bool) -> None:
    assert csrf_state.verify_state(stored, returned) is equal


def test_return_paths_of_the_attack_table() -> None:
    for case in ATTACKS["return_paths"]:
        expected = case["path"] if case["accepted"] else None
        assert csrf_state.sanitize_return_to(case["path"]) == expected, case["path"]
    assert csrf_state.sanitize_return_to(None) is None
    assert csrf_state.sanitize_return_to("/\ud800") is None


def test_sessions_are_encrypted() -> None:
    token = encrypt_session(PAYLOAD, SECRET)
    assert decrypt_session(token, SECRET) == PAYLOAD
    assert token != encrypt_session(PAYLOAD, SECRET)
    with pytest.raises(InvalidSessionError):
        decrypt_session(token, SECRET, "another_cookie")
    with pytest.raises(InvalidSessionError):
        decrypt_session(token, "another secret of thirty-two characters")
    assert decrypt_session(token, ["another secret of thirty-two characters", SECRET]) == PAYLOAD


# The official package encrypted a session of usr_1 with SECRET.
OFFICIAL_2_21_0 = (
    "AdZKt6T0-2FluCPmlscYQrUZcmdt4A97ytP0Xy2q9MvvdFFa7AdmT6W_1FvEI9l2JnER6SZm3OR2HQqxMeZy5N489w9uXXo"
    "_TwXZAr_fpH-6nAM_YyQnkAruT-rqiP-HZykpnZn62EtCEQ4QEK1Wvytp7pWsd5_EagY4I_cnYUJgIlPuqQj1bpyCg_jt3l"
    "ztI7mFEQ"
)


def test_a_session_of_the_official_package_is_decrypted(official_cookie: Any) -> None:
    assert decrypt_session(OFFICIAL_2_21_0, SECRET)["user"] == {"sub": "usr_1", "oid": "org_1"}
    assert decrypt_session(official_cookie(PAYLOAD, SECRET), SECRET) == PAYLOAD


def test_a_short_secret_of_the_official_package_can_be_replaced(official_cookie: Any) -> None:
    assert decrypt_session(official_cookie(PAYLOAD, "short"), [SECRET, "short"]) == PAYLOAD


def test_whole_cookies_of_the_attack_table() -> None:
    secrets = ATTACKS["secrets"]
    checked = 0
    for case in ATTACKS["sessions"]:
        name, _, value = case["cookies"].partition("=")
        if name != "sk_session" or ";" in value or not case["accepted"]:
            continue
        checked += 1
        assert decrypt_session(value.strip('"'), secrets)["user"]["sub"] == case["user"], case[
            "name"
        ]
    assert checked > 3


@pytest.mark.parametrize("token", ["", "x", "AQ", "AQ==", "A" * 300, "\u00e9", "\ud800"])
def test_a_cookie_that_is_not_valid_is_an_error(token: str) -> None:
    with pytest.raises(InvalidSessionError):
        decrypt_session(token, SECRET)


def test_a_changed_cookie_is_an_error() -> None:
    token = encrypt_session(PAYLOAD, SECRET)
    for index in range(len(token)):
        other = "A" if token[index] != "A" else "B"
        changed = token[:index] + other + token[index + 1 :]
        try:
            # The last character has bits that belong to no byte.
            assert decrypt_session(changed, SECRET) == PAYLOAD
            assert index == len(token) - 1
        except InvalidSessionError:
            pass


@pytest.mark.parametrize("secret", ["", "short", []])
def test_a_secret_that_is_too_short_is_a_value_error(secret: Any) -> None:
    with pytest.raises(ValueError, match="secret"):
        encrypt_session(PAYLOAD, secret)
    with pytest.raises(ValueError, match="secret"):
        decrypt_session("x", secret)


def test_a_session_that_is_too_large_is_a_value_error() -> None:
    import secrets

    with pytest.raises(ValueError, match="3800"):
        encrypt_session({"text": secrets.token_hex(8000)}, SECRET)


class Request:
    def __init__(self, **cookies: str) -> None:
        self.cookies = cookies

    def get_cookie(self, name: str) -> str | None:
        return self.cookies.get(name)

    def get_request_url(self) -> str:
        return "https://app.example.com/"


class Response:
    def __init__(self) -> None:
        self.cookies: dict[str, Any] = {}

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | None = None,
        secure: bool = True,
        http_only: bool = True,
        same_site: str = "Lax",
        domain: str | None = None,
        path: str = "/",
    ) -> None:
        assert secure
        assert http_only
        assert same_site.lower() == "lax"
        self.cookies[name] = value

    def delete_cookie(self, name: str, *, path: str = "/", domain: str | None = None) -> None:
        self.cookies[name] = None


def test_the_protocols() -> None:
    assert isinstance(Request(), protocol.RequestAdapter)
    assert isinstance(Response(), protocol.ResponseAdapter)
    assert not isinstance(object(), protocol.RequestAdapter)


@pytest.fixture
def client(emulator: Emulator) -> Iterator[ScalekitClient]:
    with emulator.client() as client:
        yield client


@pytest.fixture
def manager(client: ScalekitClient) -> SessionRefreshManager:
    return SessionRefreshManager(client, SECRET)


@pytest.fixture
def login(client: ScalekitClient) -> dict[str, Any]:
    """The payload of a session that expires in a second."""
    from documents import redirect

    from scalekit import AuthorizationUrlOptions

    scopes = ["openid", "profile", "email", "offline_access"]
    options = AuthorizationUrlOptions(scopes=scopes, login_hint="ada@acme.com")
    url = redirect(client.get_authorization_url("https://app.example.com/callback", options))
    code = url.partition("code=")[2].partition("&")[0]
    tokens = client.authenticate_with_code(code, "https://app.example.com/callback")
    return {
        "user": client.validate_token(tokens["access_token"]),
        "access_token": tokens["access_token"],
        "refresh_token": tokens["refresh_token"],
        "id_token": tokens["id_token"],
        "expires_at": int(time.time()) + 1,
    }


def test_a_request_without_a_valid_cookie(manager: SessionRefreshManager) -> None:
    result = manager.check(Request())
    assert (result.authenticated, result.reason) == (False, "no_session")
    assert not result.should_clear_cookie
    result = manager.check(Request(sk_session="x"))
    assert (result.reason, result.should_clear_cookie) == ("invalid_session", True)
    response = Response()
    manager.apply(result, response)
    assert response.cookies == {"sk_session": None}


def test_a_session_is_refreshed(manager: SessionRefreshManager, login: dict[str, Any]) -> None:
    cookie = manager.create_session_cookie(login)
    assert manager.read_session(cookie) == login
    result = manager.check(Request(sk_session=cookie))
    assert result.authenticated
    assert result.user
    assert result.user["sub"] == "usr_1"
    assert "set_cookies" not in repr(result)
    response = Response()
    manager.apply(result, response)
    assert response.cookies == {"sk_session": result.new_cookie_value}
    refreshed = manager.read_session(result.new_cookie_value)
    assert refreshed
    assert refreshed["refresh_token"] != login["refresh_token"]
    assert refreshed["id_token"] == login["id_token"]
    again = manager.check(Request(sk_session=str(result.new_cookie_value)))
    assert (again.authenticated, again.new_cookie_value) == (True, None)


def test_threads_and_tasks_refresh_a_session_once(
    emulator: Emulator, manager: SessionRefreshManager, login: dict[str, Any]
) -> None:
    request = Request(sk_session=manager.create_session_cookie(login))

    async def tasks() -> Any:
        return await asyncio.gather(*(manager.check_async(request) for _ in range(20)))

    with ThreadPoolExecutor(20) as threads:
        results = [*threads.map(manager.check, [request] * 20), *asyncio.run(tasks())]
    assert all(result.authenticated for result in results)
    logged = emulator.requests(path="/oauth/token")
    assert sum("refresh_token" in str(one["body"]) for one in logged) == 1


def test_a_network_error_does_not_sign_the_user_out(
    emulator: Emulator, manager: SessionRefreshManager, login: dict[str, Any]
) -> None:
    emulator.fault("oauth.token", status=503)
    request = Request(sk_session=manager.create_session_cookie(login))
    result = manager.check(request)
    assert (result.authenticated, result.should_clear_cookie) == (True, False)
    login["expires_at"] -= 3600
    result = manager.check(Request(sk_session=manager.create_session_cookie(login)))
    assert (result.authenticated, result.should_clear_cookie) == (False, False)
    assert result.reason == "unavailable"


def test_a_session_that_the_service_ended_is_cleared(
    client: ScalekitClient, manager: SessionRefreshManager, login: dict[str, Any]
) -> None:
    client.sessions.revoke_session(login["user"]["sid"])
    result = manager.check(Request(sk_session=manager.create_session_cookie(login)))
    assert (result.authenticated, result.reason) == (False, "refresh_failed")
    assert result.should_clear_cookie


def test_a_manager_needs_a_secret(client: ScalekitClient) -> None:
    with pytest.raises(ValueError, match="cookie_encryption_secret"):
        SessionRefreshManager(client, "")
    assert SessionRefreshManager(client, SECRET, "other").cookie_name == "other"

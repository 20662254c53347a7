"""Authlib, an OpenID Connect client that knows nothing of Scalekit, against the emulator.

A Flask application uses it as its documentation says; a browser without scripts visits the application.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, Response, jsonify, request, session, url_for
from mechanicalsoup import StatefulBrowser
from werkzeug.serving import WSGIRequestHandler, make_server

from scalekit.testing import Emulator

from .conftest import BINARY

ADA = {
    "id": "usr_1",
    "email": "ada@acme.com",
    "user_profile": {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "name": "Ada Lovelace",
        "email_verified": True,
    },
    "memberships": [{"organization_id": "org_1", "membership_status": "ACTIVE"}],
}
PAGES = {"id": "skc_2", "name": "An application in the browser, which has no secret", "client_type": "SPA"}
SEED = {"organizations": [{"id": "org_1", "display_name": "Acme"}], "users": [ADA], "clients": [PAGES]}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, binary=BINARY) as emulator:
        yield emulator


def application(emulator: Emulator, **client: Any) -> Flask:
    """An application that shows what it learns about whoever logs in."""
    app = Flask(__name__)
    app.secret_key = "a secret of the application"
    oauth = OAuth(app)
    provider = oauth.register(
        "provider",
        client_id=client.pop("client_id", emulator.client_id),
        server_metadata_url=f"{emulator.url}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email offline_access",
            "code_challenge_method": "S256",
            **client.pop("client_kwargs", {}),
        },
        **client,
    )

    @app.errorhandler(OAuthError)
    def refused(error: OAuthError) -> tuple[Response, int]:
        return jsonify(error=error.error, description=error.description), 400

    @app.get("/login")
    def login() -> Any:
        parameters = request.args.to_dict()
        return provider.authorize_redirect(url_for("callback", _external=True), **parameters)

    @app.get("/callback")
    def callback() -> Any:
        token = provider.authorize_access_token()
        session["id_token"] = token["id_token"]
        return jsonify(token=token, about=provider.userinfo(token=token))

    @app.get("/logout")
    def logout() -> Any:
        return provider.logout_redirect(url_for("bye", _external=True), id_token_hint=session.pop("id_token"))

    @app.get("/bye")
    def bye() -> Any:
        provider.validate_logout_response()
        return jsonify(logged_out=True)

    return app


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application's URL, while it runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def browser() -> Iterator[StatefulBrowser]:
    with StatefulBrowser(soup_config={"features": "html.parser"}) as browser:
        yield browser


def visit(browser: StatefulBrowser, url: str, emulator: Emulator) -> Any:
    """What the application answers at last; the pages of the provider in between are filled in, by Ada."""
    answer = browser.open(url)
    for _ in range(5):
        if answer.soup is None:
            return answer.json()
        form = browser.select_form("form")
        if answer.soup.select("input[type=email]"):
            form["email"] = ADA["email"]
        for field in answer.soup.select("input[autocomplete=one-time-code]"):
            form[field["name"]] = emulator.mails(to="ada@acme.com")[-1]["code"]
        answer = browser.submit_selected()
    raise AssertionError(f"still at {browser.url}: {answer.text}")


def confidential(emulator: Emulator) -> Flask:
    return application(emulator, client_secret=emulator.client_secret)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_user_logs_in_with_pkce_and_nonce(
    method: str, emulator: Emulator, browser: StatefulBrowser
) -> None:
    client: dict[str, Any] = {"client_kwargs": {"token_endpoint_auth_method": method}}
    if method == "none":
        client["client_id"] = PAGES["id"]
    else:
        client["client_secret"] = emulator.client_secret
    app = application(emulator, **client)
    with served(app) as url:
        shown = visit(browser, f"{url}/login", emulator)
    # Authlib has checked signature, issuer, audience, nonce, expiry and at_hash.
    claims = shown["token"]["userinfo"]
    assert (claims["iss"], claims["sub"], claims["email"]) == (emulator.url, "usr_1", "ada@acme.com")
    assert claims["nonce"]
    assert claims["auth_time"] <= claims["iat"] < claims["exp"]
    assert shown["about"]["sub"] == "usr_1"
    assert shown["about"]["name"] == "Ada Lovelace"


def test_what_was_logged_in_is_refreshed_until_the_token_is_used_up(
    emulator: Emulator, browser: StatefulBrowser
) -> None:
    with served(confidential(emulator)) as url:
        token = visit(browser, f"{url}/login", emulator)["token"]
    with OAuth2Session(emulator.client_id, emulator.client_secret, token=token) as client:
        renewed = client.refresh_token(f"{emulator.url}/oauth/token")
        assert renewed["access_token"] != token["access_token"]
        assert client.get(f"{emulator.url}/userinfo").json()["email"] == "ada@acme.com"
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(f"{emulator.url}/oauth/token", refresh_token=token["refresh_token"])


def test_a_user_logs_out(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(confidential(emulator)) as url:
        token = visit(browser, f"{url}/login", emulator)["token"]
        assert visit(browser, f"{url}/logout", emulator) == {"logged_out": True}
        again = visit(browser, f"{url}/login?prompt=none", emulator)
    assert again["error"] == "login_required"
    client = OAuth2Session(emulator.client_id, emulator.client_secret, token=token)
    with client, pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(f"{emulator.url}/oauth/token")


def test_who_guesses_the_secret_gets_nothing(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(application(emulator, client_secret="guessed")) as url:
        assert visit(browser, f"{url}/login", emulator)["error"] == "invalid_client"


def test_a_key_that_takes_over_is_fetched(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(confidential(emulator)) as url:
        visit(browser, f"{url}/login", emulator)
        emulator.admin("POST", "keys/rotate", {"revoke": True})
        assert visit(browser, f"{url}/login", emulator)["token"]["userinfo"]["sub"] == "usr_1"


def test_a_machine_gets_a_token_of_its_own(emulator: Emulator) -> None:
    with OAuth2Session(emulator.client_id, emulator.client_secret) as client:
        token = client.fetch_token(f"{emulator.url}/oauth/token", grant_type="client_credentials")
        assert token["token_type"] == "Bearer"
        assert "refresh_token" not in token
        assert client.get(f"{emulator.url}/api/v1/organizations/org_1").status_code == 200

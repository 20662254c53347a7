"""Tests the emulator with Authlib, a generic OpenID Connect client.

A Flask application uses Authlib as its documentation describes. A browser without JavaScript visits
the application.
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
from programs import BINARY
from werkzeug.serving import WSGIRequestHandler, make_server

from scalekit.testing import Emulator

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
#: A single-page application, which has no secret.
SPA = {"id": "skc_2", "name": "Single-page application", "client_type": "SPA"}
SEED = {
    "organizations": [{"id": "org_1", "display_name": "Acme"}],
    "users": [ADA],
    "clients": [SPA],
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, binary=BINARY) as emulator:
        yield emulator


def application(emulator: Emulator, **client: Any) -> Flask:
    """Returns an application that returns the tokens and claims of the user who logs in."""
    app = Flask(__name__)
    app.secret_key = "application secret"
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
    def oauth_error(error: OAuthError) -> tuple[Response, int]:
        return jsonify(error=error.error, description=error.description), 400

    @app.get("/login")
    def login() -> Any:
        parameters = request.args.to_dict()
        return provider.authorize_redirect(url_for("callback", _external=True), **parameters)

    @app.get("/callback")
    def callback() -> Any:
        token = provider.authorize_access_token()
        session["id_token"] = token["id_token"]
        return jsonify(token=token, user_info=provider.userinfo(token=token))

    @app.get("/logout")
    def logout() -> Any:
        target = url_for("logged_out", _external=True)
        return provider.logout_redirect(target, id_token_hint=session.pop("id_token"))

    @app.get("/logged-out")
    def logged_out() -> Any:
        provider.validate_logout_response()
        return jsonify(logged_out=True)

    return app


class QuietHandler(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Runs the application and yields its URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
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
    """Visits a URL, logs in as Ada on the emulator, and returns the response of the application."""
    response = browser.open(url)
    for _ in range(5):
        if response.soup is None:
            return response.json()
        form = browser.select_form("form")
        if response.soup.select("input[type=email]"):
            form["email"] = ADA["email"]
        for field in response.soup.select("input[autocomplete=one-time-code]"):
            form[field["name"]] = emulator.mails(to="ada@acme.com")[-1]["code"]
        response = browser.submit_selected()
    raise AssertionError(f"still at {browser.url}: {response.text}")


def confidential(emulator: Emulator) -> Flask:
    return application(emulator, client_secret=emulator.client_secret)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_user_logs_in_with_pkce_and_nonce(
    method: str, emulator: Emulator, browser: StatefulBrowser
) -> None:
    client: dict[str, Any] = {"client_kwargs": {"token_endpoint_auth_method": method}}
    if method == "none":
        client["client_id"] = SPA["id"]
    else:
        client["client_secret"] = emulator.client_secret
    app = application(emulator, **client)
    with served(app) as url:
        response = visit(browser, f"{url}/login", emulator)
    # Authlib checks signature, issuer, audience, nonce, expiry and at_hash.
    claims = response["token"]["userinfo"]
    assert (claims["iss"], claims["sub"], claims["email"]) == (
        emulator.url,
        "usr_1",
        "ada@acme.com",
    )
    assert claims["nonce"]
    assert claims["auth_time"] <= claims["iat"] < claims["exp"]
    assert response["user_info"]["sub"] == "usr_1"
    assert response["user_info"]["name"] == "Ada Lovelace"


def test_a_refresh_token_can_be_used_once(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(confidential(emulator)) as url:
        token = visit(browser, f"{url}/login", emulator)["token"]
    with OAuth2Session(emulator.client_id, emulator.client_secret, token=token) as client:
        refreshed = client.refresh_token(f"{emulator.url}/oauth/token")
        assert refreshed["access_token"] != token["access_token"]
        assert client.get(f"{emulator.url}/userinfo").json()["email"] == "ada@acme.com"
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(
                f"{emulator.url}/oauth/token", refresh_token=token["refresh_token"]
            )


def test_a_user_logs_out(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(confidential(emulator)) as url:
        token = visit(browser, f"{url}/login", emulator)["token"]
        assert visit(browser, f"{url}/logout", emulator) == {"logged_out": True}
        response = visit(browser, f"{url}/login?prompt=none", emulator)
    assert response["error"] == "login_required"
    client = OAuth2Session(emulator.client_id, emulator.client_secret, token=token)
    with client, pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(f"{emulator.url}/oauth/token")


def test_a_wrong_client_secret_is_rejected(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(application(emulator, client_secret="wrong")) as url:
        assert visit(browser, f"{url}/login", emulator)["error"] == "invalid_client"


def test_the_client_fetches_a_rotated_key(emulator: Emulator, browser: StatefulBrowser) -> None:
    with served(confidential(emulator)) as url:
        visit(browser, f"{url}/login", emulator)
        emulator.admin("POST", "keys/rotate", {"revoke": True})
        assert visit(browser, f"{url}/login", emulator)["token"]["userinfo"]["sub"] == "usr_1"


def test_a_machine_gets_a_token_with_its_client_credentials(emulator: Emulator) -> None:
    with OAuth2Session(emulator.client_id, emulator.client_secret) as client:
        token = client.fetch_token(f"{emulator.url}/oauth/token", grant_type="client_credentials")
        assert token["token_type"] == "Bearer"
        assert "refresh_token" not in token
        assert client.get(f"{emulator.url}/api/v1/organizations/org_1").status_code == 200

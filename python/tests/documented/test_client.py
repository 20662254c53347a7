"""Login, logout, tokens and webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import urllib.error
import urllib.request
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scalekit import (
    AuthorizationUrlOptions,
    LogoutUrlOptions,
    ScalekitClient,
    WebhookVerificationError,
)
from scalekit.testing import Emulator

from .registry import example

CALLBACK = "https://yourapp.com/auth/callback"


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def follow(url: str) -> dict[str, str]:
    """Opens a URL like a browser. Returns the parameters of the redirect to the application."""
    with pytest.raises(urllib.error.HTTPError) as redirect:
        urllib.request.build_opener(NoRedirects).open(url, timeout=10)
    with redirect.value as response:
        assert response.code == 303
        query = urlsplit(response.headers["location"]).query
        return {name: values[0] for name, values in parse_qs(query).items()}


def login(client: ScalekitClient) -> dict[str, Any]:
    options = AuthorizationUrlOptions()
    options.organization_id = "org_123456"
    code = follow(client.get_authorization_url(CALLBACK, options))["code"]
    return client.authenticate_with_code(code, CALLBACK)


@example("get_authorization_url")
def test_get_authorization_url(scalekit_client: ScalekitClient) -> None:
    options = AuthorizationUrlOptions()
    options.state = "random-state-value"
    options.organization_id = "org_123456"
    auth_url = scalekit_client.get_authorization_url(CALLBACK, options)
    query = parse_qs(urlsplit(auth_url).query)
    assert query["organization_id"] == ["org_123456"]
    parameters = follow(auth_url)
    assert parameters["state"] == "random-state-value"
    assert parameters["code"]


@example("authenticate_with_code")
def test_authenticate_with_code(scalekit_client: ScalekitClient) -> None:
    options = AuthorizationUrlOptions()
    options.organization_id = "org_123456"
    code = follow(scalekit_client.get_authorization_url(CALLBACK, options))["code"]
    session = {}
    result = scalekit_client.authenticate_with_code(code, CALLBACK)
    session["access_token"] = result["access_token"]
    session["user"] = result["user"]
    assert session["user"]["email"] == "jane@example.com"
    assert scalekit_client.validate_access_token(session["access_token"])


@example("get_idp_initiated_login_claims")
def test_get_idp_initiated_login_claims(
    scalekit_client: ScalekitClient, seeded_emulator: Emulator
) -> None:
    request = {
        "connection_id": "conn_123456",
        "organization_id": "org_123456",
        "login_hint": "jane@example.com",
    }
    request["relay_state"] = "relay-state"
    idp_initiated_login = seeded_emulator.admin("POST", "idp-initiated-token", request)["token"]
    claims = scalekit_client.get_idp_initiated_login_claims(idp_initiated_login)
    options = AuthorizationUrlOptions()
    options.connection_id = claims["connection_id"]
    options.organization_id = claims["organization_id"]
    options.login_hint = claims.get("login_hint")
    if claims.get("relay_state"):
        options.state = claims["relay_state"]
    parameters = follow(scalekit_client.get_authorization_url(CALLBACK, options))
    assert parameters["state"] == "relay-state"
    result = scalekit_client.authenticate_with_code(parameters["code"], CALLBACK)
    assert result["connection_id"] == "conn_123456"


@example("validate_access_token")
def test_validate_access_token(scalekit_client: ScalekitClient) -> None:
    token = login(scalekit_client)["access_token"]
    assert scalekit_client.validate_access_token(token) is True
    assert scalekit_client.validate_access_token(token[:-6] + "AAAAAA") is False


@example("get_logout_url")
def test_get_logout_url(scalekit_client: ScalekitClient, seeded_emulator: Emulator) -> None:
    options = LogoutUrlOptions()
    options.post_logout_redirect_uri = "https://example.com"
    options.state = "some-state"
    logout_url = scalekit_client.get_logout_url(options)
    assert logout_url.startswith(f"{seeded_emulator.url}/oidc/logout?")
    assert follow(logout_url) == {"state": "some-state"}


@example("verify_webhook_payload")
def test_verify_webhook_payload(scalekit_client: ScalekitClient) -> None:
    payload = b'{"type": "organization.created"}'
    secret = "whsec_" + base64.b64encode(b"your webhook secret").decode()
    timestamp = str(int(time.time()))
    signed = hmac.new(
        b"your webhook secret", f"msg_1.{timestamp}.".encode() + payload, hashlib.sha256
    )
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(signed.digest()).decode(),
    }
    is_valid = scalekit_client.verify_webhook_payload(secret, headers, payload)
    assert is_valid is True
    # The placeholder in the documentation is not a valid secret.
    with pytest.raises(WebhookVerificationError):
        scalekit_client.verify_webhook_payload("your_webhook_secret", headers, payload)


@example("refresh_access_token")
def test_refresh_access_token(scalekit_client: ScalekitClient) -> None:
    refresh_token = login(scalekit_client)["refresh_token"]
    result = scalekit_client.refresh_access_token(refresh_token)
    new_access_token = result["access_token"]
    new_refresh_token = result["refresh_token"]
    assert scalekit_client.validate_access_token(new_access_token)
    assert new_refresh_token != refresh_token

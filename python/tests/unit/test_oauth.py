"""Tests the three grants of both clients."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from signer import Signer
from stub_server import CLIENT_ID, CLIENT_SECRET, Request, Response, StubServer

from scalekit import (
    AsyncScalekitClient,
    CodeAuthenticationOptions,
    ScalekitArgumentException,
    ScalekitBadRequestException,
    ScalekitClient,
    ScalekitUnauthorizedException,
    ScalekitValidateTokenFailureException,
)

CALLBACK = "https://app.example.com/callback"
PROFILE = {
    "email": "jane@acme.com",
    "email_verified": True,
    "name": "Jane Doe",
    "given_name": "Jane",
    "family_name": "Doe",
    "preferred_username": "jane",
    "phone_number": "+1",
    "phone_number_verified": False,
    "birthdate": "2000-01-01",
    "zoneinfo": "Europe/Berlin",
    "updated_at": 5,
    "picture": "https://p",
    "identities": [{"connection_id": "conn_1"}],
    "metadata": {"a": "b"},
}


def grant_tokens(server: StubServer, signer: Signer, **more: Any) -> str:
    id_token = signer.sign(aud=CLIENT_ID, amr=["conn_1", "pwd"], oid="org_1", **PROFILE)
    tokens = {
        "access_token": "at",
        "refresh_token": "rt",
        "id_token": id_token,
        "expires_in": 299,
        **more,
    }
    server.on("/oauth/token", Response(body=tokens))
    return id_token


def test_a_code_is_exchanged_for_tokens_and_a_profile(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    id_token = grant_tokens(server, signer)
    result = client.authenticate_with_code(
        "the-code", CALLBACK, CodeAuthenticationOptions("v" * 43)
    )
    request = next(request for request in server.requests if request.path == "/oauth/token")
    assert request.method == "POST"
    assert request.form() == {
        "code": "the-code",
        "redirect_uri": CALLBACK,
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code_verifier": "v" * 43,
    }
    assert "authorization" not in request.headers
    assert set(result) == {
        "user",
        "id_token",
        "access_token",
        "refresh_token",
        "connection_id",
        "organization_id",
        "expires_in",
    }
    assert (result["id_token"], result["access_token"], result["refresh_token"]) == (
        id_token,
        "at",
        "rt",
    )
    assert (result["connection_id"], result["organization_id"], result["expires_in"]) == (
        "conn_1",
        "org_1",
        299,
    )
    assert result["user"] == {
        "id": "usr_1",
        "email": "jane@acme.com",
        "emailVerified": True,
        "name": "Jane Doe",
        "givenName": "Jane",
        "familyName": "Doe",
        "username": "jane",
        "phoneNumber": "+1",
        "phoneNumberVerified": False,
        "birthDate": "2000-01-01",
        "zoneInfo": "Europe/Berlin",
        "updatedAt": 5,
        "picture": "https://p",
        "identities": [{"connection_id": "conn_1"}],
        "metadata": {"a": "b"},
    }


def test_code_options_are_optional(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    grant_tokens(server, signer, refresh_token=None, expires_in=None)
    for options in (None, CodeAuthenticationOptions()):
        result = client.authenticate_with_code("the-code", CALLBACK, options)
        assert result["refresh_token"] is result["expires_in"] is None
    assert "code_verifier" not in server.requests[0].form()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "somebody"}, "another audience"),
        ({"exp": 5}, "expired"),
        ({"aud": None}, "audience"),
    ],
)
def test_the_id_token_is_verified(
    client: ScalekitClient, server: StubServer, signer: Signer, changes: dict[str, Any], why: str
) -> None:
    token = signer.sign(**{"aud": CLIENT_ID, **changes})
    server.on("/oauth/token", Response(body={"access_token": "at", "id_token": token}))
    with pytest.raises(ScalekitValidateTokenFailureException, match=why):
        client.authenticate_with_code("the-code", CALLBACK)


def test_the_error_for_a_rejected_code_has_the_reason_but_no_secret(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    def echo(request: Request) -> Response:
        text = f"code {request.form()['code']} of {request.form()['client_secret']} is used up"
        return Response(400, {"error": "invalid_grant", "error_description": text})

    server.on("/oauth/token", echo)
    with pytest.raises(ScalekitBadRequestException) as caught:
        client.authenticate_with_code("the-very-code", CALLBACK)
    error = caught.value
    assert (error.http_status, error.error_code) == (400, "invalid_grant")
    shown = f"{error} {error!r} {error.err_details} {vars(error)}"
    assert "the-very-code" not in shown
    assert CLIENT_SECRET not in shown
    assert "used up" in shown
    assert server.count("/oauth/token") == 1


def test_a_refresh_token_is_exchanged_for_an_access_token(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(
        "/oauth/token",
        Response(body={"access_token": "at2", "refresh_token": "rt2", "id_token": "it2"}),
    )
    assert client.refresh_access_token("rt1") == {
        "access_token": "at2",
        "refresh_token": "rt2",
        "id_token": "it2",
        "expires_in": None,
    }
    form = server.requests[0].form()
    assert (form["grant_type"], form["refresh_token"], form["client_id"]) == (
        "refresh_token",
        "rt1",
        CLIENT_ID,
    )
    server.on("/oauth/token", Response(body={"access_token": "at3", "expires_in": 60}))
    result = client.refresh_access_token("rt2")
    assert (result["refresh_token"], result["expires_in"]) == ("rt2", 60)


def test_tokens_of_machine_clients_are_requested(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on("/oauth/token", Response(body={"access_token": "machine"}))
    assert client.generate_client_token("m2morg_1", "their-secret", ["a:b", "c:d"]) == "machine"
    assert server.requests[0].form() == {
        "grant_type": "client_credentials",
        "client_id": "m2morg_1",
        "client_secret": "their-secret",
        "scope": "a:b c:d",
    }
    client.generate_client_token("m2morg_1", "their-secret")
    assert "scope" not in server.requests[1].form()


def test_the_client_access_token_is_the_token_of_the_calls(
    client: ScalekitClient, server: StubServer
) -> None:
    assert client.get_client_access_token() == "token-1"
    server.on("/api/v1/organizations/org_1", Response(body={"organization": {"id": "org_1"}}))
    client.organization.get_organization("org_1")
    assert server.requests[-1].headers["authorization"] == "Bearer token-1"
    headers = client.core_client.get_headers({"x-more": "1", "user-agent": "mine"})
    assert headers["authorization"] == "Bearer token-1"
    assert (headers["x-more"], headers["user-agent"]) == ("1", "mine")
    assert headers["x-api-version"] == "20261012"
    assert server.count("/oauth/token") == 1


def test_wrong_credentials_are_reported_by_every_call(server: StubServer) -> None:
    client = ScalekitClient(server.url, CLIENT_ID, "wrong-secret")
    for call in (
        client.get_client_access_token,
        lambda: client.refresh_access_token("rt"),
        lambda: client.organization.get_organization("org_1"),
    ):
        with pytest.raises(ScalekitUnauthorizedException) as caught:
            call()
        assert caught.value.error_code == "invalid_client"
        assert "wrong-secret" not in f"{caught.value!r} {caught.value.err_details}"
    assert caught.value.operation == "OrganizationService.GetOrganization"


@pytest.mark.parametrize("code", [None, "", 5])
def test_invalid_grant_arguments_are_rejected_before_a_request_is_sent(
    client: ScalekitClient, server: StubServer, code: Any
) -> None:
    for call in (
        lambda: client.authenticate_with_code(code, CALLBACK),
        lambda: client.authenticate_with_code("code", code),
        lambda: client.refresh_access_token(code),
        lambda: client.generate_client_token(code, "secret"),
        lambda: client.generate_client_token("id", code),
    ):
        with pytest.raises(ScalekitArgumentException, match="must"):
            call()
    assert not server.requests


def test_core_client_authenticate_accepts_forms(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    core = client.core_client
    form = {
        "grant_type": "client_credentials",
        "client_id": "m2morg_1",
        "client_secret": CLIENT_SECRET,
    }
    response = core.authenticate(form)
    assert (response.status_code, response.json()["access_token"]) == (200, "token-1")
    assert b"token-1" in response.content
    assert "token-1" not in repr(response)
    grant_tokens(server, signer)
    code = {"grant_type": "authorization_code", "code": "the-code", "redirect_uri": CALLBACK}
    assert core.authenticate(code).json()["user"]["id"] == "usr_1"
    assert (
        core.authenticate({"grant_type": "refresh_token", "refresh_token": "x"}).json()[
            "access_token"
        ]
        == "at"
    )
    for wrong in (
        {"grant_type": "password"},
        {**code, "client_id": "another"},
        {"grant_type": "refresh_token"},
    ):
        with pytest.raises(ScalekitArgumentException):
            core.authenticate(wrong)
    core.get_jwks()
    assert server.count("/keys") == 1


def test_the_async_client_supports_all_grants(
    async_client: AsyncScalekitClient, server: StubServer, signer: Signer
) -> None:
    async def check() -> None:
        assert await async_client.get_client_access_token() == "token-1"
        assert await async_client.generate_client_token("m2morg_1", CLIENT_SECRET) == "token-2"
        core = async_client.core_client
        assert (await core.get_headers())["authorization"] == "Bearer token-1"
        await core.get_jwks()
        grant_tokens(server, signer)
        assert (await async_client.authenticate_with_code("code", CALLBACK))["user"][
            "id"
        ] == "usr_1"
        assert (await async_client.refresh_access_token("rt"))["access_token"] == "at"
        refresh = await core.authenticate({"grant_type": "refresh_token", "refresh_token": "rt"})
        assert refresh.json()["access_token"] == "at"
        server.on("/oauth/token", Response(400, {"error": "invalid_grant"}))
        with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
            await async_client.refresh_access_token("rt")

    asyncio.run(check())

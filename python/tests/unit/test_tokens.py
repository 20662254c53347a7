"""Tests the validation of tokens that PyJWT signs, with the same claims as PyJWT returns."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from signer import Signer
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

from scalekit import (
    AsyncScalekitClient,
    IdpInitiatedLoginClaims,
    ScalekitArgumentException,
    ScalekitClient,
    ScalekitInternalServerException,
    ScalekitServiceUnavailableException,
    ScalekitValidateTokenFailureException,
    TokenValidationOptions,
)


def test_the_claims_of_a_valid_token_equal_those_of_pyjwt(
    client: ScalekitClient, signer: Signer
) -> None:
    token = signer.sign(
        oid="org_1",
        aud=["skc_1", "other"],
        nested={"a": [1, 2.5, None, True], "big": 2**60, "ünï": "çödé"},
        empty=[],
    )
    claims = jwt.decode(token, signer.private.public_key(), ["RS256"], audience="skc_1")
    assert client.validate_token(token) == claims
    assert client.validate_access_token_and_get_claims(token) == claims
    assert client.validate_access_token(token) is True


def test_the_keys_are_fetched_once(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    for _ in range(5):
        client.validate_token(signer.sign())
    assert server.count("/keys") == 1
    assert server.count("/oauth/token") == 0


@pytest.mark.parametrize("size", [1024, 0], ids=["cached", "not cached"])
def test_the_claims_of_a_cached_token_are_validated_again(
    server: StubServer, signer: Signer, size: int
) -> None:
    client = ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, token_cache_size=size)
    token = signer.sign(aud=["mine"], scope="read")
    for _ in range(3):
        assert client.validate_access_token(token)
    assert not client.validate_access_token(token, audience="yours")
    assert not client.validate_access_token(token, TokenValidationOptions(issuer="https://other"))
    with pytest.raises(ScalekitValidateTokenFailureException, match="scopes write"):
        client.verify_scopes(token, ["read", "write"])
    header, payload, signature = token.split(".")
    assert not client.validate_access_token(f"{header}.{payload}.{signature[:-4]}AAAA")


@pytest.mark.parametrize("token", ["\ud800.a.b", "a.\udfff.b", "\0", "ä.ö.ü"])
def test_text_that_is_not_a_token_is_rejected(client: ScalekitClient, token: str) -> None:
    assert client.validate_access_token(token) is False
    with pytest.raises(ScalekitValidateTokenFailureException, match="malformed"):
        client.validate_token(token)


def unsigned(header: dict[str, Any], payload: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in (header, payload))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def test_invalid_tokens_are_rejected_with_a_reason(
    client: ScalekitClient, signer: Signer, signers: tuple[Signer, Signer]
) -> None:
    now = int(time.time())
    pem = signer.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    good = signer.sign()
    header, payload, signature = good.split(".")
    confused = jwt.encode({"exp": now + 60}, pem.hex(), "HS256", {"kid": signer.kid})
    forged = signers[1]
    tokens = {
        "expired": signer.sign(exp=now - 10),
        "malformed": "a.b.c",
        "": "",
        "RS256": confused,
        "signature": f"{header}.{payload}.{signature[:-4]}AAAA",
        "64 KiB": "x" * 70_000,
        "not valid yet": signer.sign(nbf=now + 60),
        "in the future": signer.sign(iat=now + 60),
        "claim exp": signer.sign(exp=None),
        "has no key id": jwt.encode({"exp": now + 60}, signer.private, "RS256"),
        "no key with the key id": forged.sign(),
    }
    tokens["not signed with RS256"] = unsigned(
        {"alg": "none", "kid": signer.kid}, {"exp": now + 60}
    )
    for reason, token in tokens.items():
        with pytest.raises(ScalekitValidateTokenFailureException) as caught:
            client.validate_token(token)
        assert reason in str(caught.value), (reason, str(caught.value))
        assert not token or token not in str(caught.value)
        assert client.validate_access_token(token) is False


def test_the_leeway_applies_to_expired_tokens(server: StubServer, signer: Signer) -> None:
    late = signer.sign(exp=int(time.time()) - 3)
    lenient = ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET)
    strict = ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, token_leeway_s=0)
    assert lenient.validate_access_token(late)
    assert not strict.validate_access_token(late)


def test_issuer_and_audience_are_validated(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    token = signer.sign(iss="https://acme", aud=["one", "two"])
    check = client.validate_access_token
    assert check(token, TokenValidationOptions(issuer="https://acme", audience=["two", "three"]))
    assert check(token, TokenValidationOptions(audience="one"))
    assert check(token, audience="two")
    assert check(token, audience=["nobody", "two"])
    assert not check(token, TokenValidationOptions(issuer="https://other"))
    assert not check(token, TokenValidationOptions(audience=["three"]))
    # The separate argument applies without options too.
    assert not check(token, audience="three")
    defaults = ScalekitClient(
        server.url, CLIENT_ID, CLIENT_SECRET, issuer="https://other", audience="one"
    )
    assert not defaults.validate_access_token(token)
    assert defaults.validate_access_token(token, TokenValidationOptions(issuer="https://acme"))
    assert not defaults.validate_access_token(signer.sign(iss="https://acme"))


@pytest.mark.parametrize(
    "claims",
    [
        {"scopes": ["read:x", "write:x"]},
        {"scopes": "read:x write:x"},
        {"scope": "openid read:x write:x"},
    ],
)
def test_required_scopes_are_validated(
    client: ScalekitClient, signer: Signer, claims: dict[str, Any]
) -> None:
    token = signer.sign(**claims)
    assert client.verify_scopes(token, ["write:x", "read:x"]) is True
    assert client.validate_access_token(token, TokenValidationOptions(required_scopes=["read:x"]))
    with pytest.raises(ScalekitValidateTokenFailureException, match="delete:x"):
        client.verify_scopes(token, ["read:x", "delete:x"])


def test_scopes_are_read_only_from_verified_tokens(
    client: ScalekitClient, signer: Signer, signers: tuple[Signer, Signer]
) -> None:
    forged = signers[1].sign(headers={"kid": signer.kid}, scopes=["admin"])
    with pytest.raises(ScalekitValidateTokenFailureException, match="signature"):
        client.verify_scopes(forged, ["admin"])


def test_claims_of_an_idp_initiated_login_are_attributes(
    client: ScalekitClient, signer: Signer
) -> None:
    token = signer.sign(connection_id="conn_1", organization_id="org_1", login_hint="jane@acme.com")
    claims = client.get_idp_initiated_login_claims(token)
    assert isinstance(claims, IdpInitiatedLoginClaims)
    assert claims["connection_id"] == claims.connection_id == "conn_1"
    assert claims.get("organization_id") == claims.organization_id == "org_1"
    assert claims.login_hint == "jane@acme.com"
    assert claims.relay_state is claims.get("relay_state") is None
    with pytest.raises(ScalekitValidateTokenFailureException):
        client.get_idp_initiated_login_claims(token, TokenValidationOptions(issuer="nobody"))


def test_unusable_keys_are_ignored(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    unusable = [
        {"kty": "EC", "crv": "P-256", "kid": "ec", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "tiny", "n": "AQAB", "e": "AQAB"},
        {"kty": "oct", "kid": signer.kid, "k": "c2VjcmV0"},
        "nonsense",
    ]
    server.on("/keys", Response(body={"keys": [*unusable, signer.jwk()]}))
    assert client.validate_access_token(signer.sign())


def test_a_rotated_key_is_fetched_and_many_forged_kids_are_not(
    client: ScalekitClient, server: StubServer, signer: Signer, signers: tuple[Signer, Signer]
) -> None:
    assert client.validate_access_token(signer.sign())
    server.on("/keys", Response(body={"keys": [key.jwk() for key in signers]}))
    assert client.validate_access_token(signers[1].sign())
    assert server.count("/keys") == 2
    for number in range(50):
        assert not client.validate_access_token(signer.sign(headers={"kid": f"forged_{number}"}))
    assert server.count("/keys") <= 3
    assert client.validate_access_token(signer.sign())


def test_validation_without_keys_raises_instead_of_returning_false(
    client: ScalekitClient, async_client: AsyncScalekitClient, server: StubServer, signers: Any
) -> None:
    server.on("/keys", Response(503, b"<html>down</html>", {"retry-after": "60"}))
    token = signers[0].sign()
    for validate in (
        lambda: client.validate_access_token(token),
        lambda: asyncio.run(async_client.validate_access_token(token)),
    ):
        with pytest.raises(ScalekitServiceUnavailableException) as caught:
            validate()
        assert caught.value.operation == "validate_token"


def test_a_response_without_a_key_set_is_an_error(
    client: ScalekitClient, server: StubServer, signers: Any
) -> None:
    server.on("/keys", Response(500, {"no": "keys"}))
    with pytest.raises(ScalekitInternalServerException):
        client.validate_token(signers[0].sign())


@pytest.mark.parametrize("token", [None, 5, b"bytes", "a\udce9", ["a.b.c"]])
def test_values_that_are_not_a_token_are_invalid(
    client: ScalekitClient, async_client: AsyncScalekitClient, server: StubServer, token: Any
) -> None:
    assert client.validate_access_token(token) is False
    assert asyncio.run(async_client.validate_access_token(token)) is False
    for method in (
        client.validate_token,
        client.validate_access_token_and_get_claims,
        client.get_idp_initiated_login_claims,
    ):
        with pytest.raises(ScalekitValidateTokenFailureException, match="malformed"):
            method(token)
    with pytest.raises(ScalekitValidateTokenFailureException, match="malformed"):
        client.verify_scopes(token, ["a"])
    with pytest.raises(ScalekitValidateTokenFailureException, match="malformed"):
        asyncio.run(async_client.validate_token(token))
    assert server.count("/keys") == 0


def test_a_token_may_be_bytes(
    client: ScalekitClient, async_client: AsyncScalekitClient, signer: Signer
) -> None:
    token: Any = signer.sign().encode()
    assert client.validate_access_token(token) is True
    assert asyncio.run(async_client.validate_token(token)) == client.validate_token(token.decode())


def test_several_issuers_can_be_accepted(
    client: ScalekitClient, async_client: AsyncScalekitClient, signer: Signer
) -> None:
    token = signer.sign(iss="https://a")
    cases: list[tuple[Any, bool]] = [
        ("https://a", True),
        (["https://b", "https://a"], True),
        (("https://a",), True),
        (["https://b"], False),
        ("https://b", False),
        ([""], False),
        # An empty issuer is documented as no check.
        ("", True),
        ([], True),
        (None, True),
    ]
    for issuer, expected in cases:
        options = TokenValidationOptions(issuer=issuer)
        assert client.validate_access_token(token, options) is expected, issuer
        assert asyncio.run(async_client.validate_access_token(token, options)) is expected, issuer
    invalid: list[Any] = [5, ["https://a", 5]]
    for value in invalid:
        with pytest.raises(ScalekitArgumentException, match="issuer"):
            client.validate_token(token, TokenValidationOptions(issuer=value))


def test_an_empty_list_of_audiences_rejects_every_token(
    client: ScalekitClient, async_client: AsyncScalekitClient, signer: Signer, server: StubServer
) -> None:
    token = signer.sign(aud=["mine"])
    empty = TokenValidationOptions(audience=[])
    assert client.validate_access_token(token, audience=["mine"])
    assert not client.validate_access_token(token, audience=[])
    assert not client.validate_access_token(token, audience="")
    assert not client.validate_access_token(token, empty)
    assert not client.validate_access_token(token, empty, audience="mine")
    assert not asyncio.run(async_client.validate_access_token(token, empty))
    assert not asyncio.run(async_client.validate_access_token(token, audience=[]))
    for kind in (ScalekitClient, AsyncScalekitClient):
        with pytest.raises(ScalekitArgumentException, match="audience"):
            kind(server.url, CLIENT_ID, CLIENT_SECRET, audience=[])


def test_an_audience_of_another_type_is_rejected(client: ScalekitClient) -> None:
    with pytest.raises(ScalekitArgumentException, match="audience"):
        client.validate_access_token("a.b.c", audience=5)  # type: ignore[arg-type]


def test_the_async_client_validates_tokens(
    async_client: AsyncScalekitClient, server: StubServer, signer: Signer
) -> None:
    async def check() -> None:
        token = signer.sign(scopes=["read:x"], connection_id="conn_1")
        results = await asyncio.gather(
            *(async_client.validate_access_token(token) for _ in range(20))
        )
        assert results == [True] * 20
        assert (await async_client.validate_token(token))["sub"] == "usr_1"
        assert (await async_client.validate_access_token_and_get_claims(token))["sub"] == "usr_1"
        assert await async_client.verify_scopes(token, ["read:x"]) is True
        assert (await async_client.get_idp_initiated_login_claims(token)).connection_id == "conn_1"
        assert await async_client.validate_access_token("a.b.c") is False
        # The first validations fetch the keys; this one uses the cached keys.
        assert await async_client.validate_access_token(token) is True
        assert await async_client.validate_access_token(token, audience="another") is False
        with pytest.raises(ScalekitValidateTokenFailureException, match="lacks the scopes admin"):
            await async_client.verify_scopes(token, ["admin"])

    asyncio.run(check())
    assert server.count("/keys") == 1

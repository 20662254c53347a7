"""Compares token validation with PyJWT and joserfc. The deliberate differences are listed here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from joserfc.jwt import decode as joserfc_decode
from signer import Signer
from stub_server import CLIENT_ID, CLIENT_SECRET, StubServer

from scalekit import ScalekitClient, ScalekitValidateTokenFailureException, TokenValidationOptions

from .differences import Difference, Kind, check, compare
from .token_cases import TokenCase, token_cases

CASES = 6000
Claims = dict[str, Any]

# --- deliberate differences -----------------------------------------------------------------------

TIMES = ("exp", "nbf", "iat")


def depth(value: Any) -> int:
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return 1 + max(map(depth, children), default=0) if isinstance(value, dict | list) else 0


def string_or_boolean_time(case: TokenCase) -> bool:
    values = [case.claims.get(name) for name in TIMES]
    return any(value is True or value is False or isinstance(value, str) for value in values)


def invalid_number(case: TokenCase) -> bool:
    return any(
        re.search(rb"NaN|Infinity|1e309|[0-9]{310}", part) for part in (case.header, case.payload)
    )


def lone_surrogate(case: TokenCase) -> bool:
    return any(rb"\ud800" in part for part in (case.header, case.payload))


def not_utf8(case: TokenCase) -> bool:
    """Returns ``True`` for a byte order mark, UTF-16 or UTF-32."""
    return any(part[:1] == b"\xef" or b"\0" in part[:4] for part in (case.header, case.payload))


def repeated(case: TokenCase) -> bool:
    checked = {"alg", "kid", "crit", "exp", "nbf", "iat", "iss", "aud", "scopes", "scope"}
    parts = (case.header_members, case.claims)
    return any(checked.intersection(part.get("duplicates", ())) for part in parts)


def deep(case: TokenCase) -> bool:
    return b"[" * 128 in case.payload or depth(case.claims) > 127


def too_large(case: TokenCase) -> bool:
    return len(case.token) > 64 * 1024


def not_a_string(*names: str) -> Any:
    return lambda case: any(not isinstance(case.claims.get(name, ""), str) for name in names)


def wrong_header_type(case: TokenCase) -> bool:
    """Returns ``True`` if an ignored header parameter has a wrong type."""
    types = {
        "typ": str,
        "cty": str,
        "jku": str,
        "x5u": str,
        "x5t": str,
        "x5c": list,
        "jwk": dict,
        "b64": bool,
    }
    parameters = case.header_members
    wrong_url = any(
        not str(parameters.get(name, "http://")).startswith("http") for name in ("jku", "x5u")
    )
    wrong_type = any(
        not isinstance(parameters.get(name, type_()), type_) for name, type_ in types.items()
    )
    return wrong_url or wrong_type


BOTH: list[tuple[str, Kind, Callable[[TokenCase], bool], str]] = [
    (
        "numbers that are not JSON",
        "rejects",
        invalid_number,
        "RFC 8259 has neither NaN nor Infinity, and numbers larger than a double are not portable",
    ),
    (
        "half a surrogate pair",
        "rejects",
        lone_surrogate,
        "it is not valid Unicode",
    ),
    (
        "other encodings of JSON",
        "rejects",
        not_utf8,
        "RFC 7519 section 7.2 requires UTF-8, RFC 8259 section 8.1 forbids a byte order mark",
    ),
    (
        "repeated members",
        "rejects",
        repeated,
        "RFC 7515 section 4, RFC 7519 section 4: different parsers could read different values",
    ),
    (
        "nested more than 127 levels deep",
        "rejects",
        deep,
        "limits the work for hostile input; real tokens are not nested that deep",
    ),
    (
        "larger than 64 KiB",
        "rejects",
        too_large,
        "large tokens are rejected before parsing, to limit the work for hostile input",
    ),
    (
        "crit with an extension that the peers support",
        "rejects",
        lambda case: "crit" in case.header_members,
        "this library supports no extensions, so critical ones are rejected",
    ),
    (
        "b64: false without crit",
        "accepts",
        lambda case: case.header_members.get("b64") is False,
        "RFC 7515 section 4: unknown parameters that are not critical are ignored; the payload is base64url",
    ),
    (
        "integers of more than 64 bits",
        "parses",
        lambda case: re.search(rb"[0-9]{20}", case.payload) is not None,
        "they become the nearest float, as in all JSON parsers without big integers",
    ),
]

DIFFERENCES = [
    Difference(name, peer, *rest) for peer in ("PyJWT", "joserfc") for name, *rest in BOTH
] + [
    Difference(
        "times that are strings or booleans",
        "PyJWT",
        "rejects",
        string_or_boolean_time,
        "RFC 7519 section 2: a NumericDate is a JSON number",
    ),
    Difference(
        "padded signature",
        "PyJWT",
        "rejects",
        lambda case: "=" in case.token,
        "RFC 7515 section 2: base64url without padding",
    ),
    Difference(
        "sub or jti is not a string",
        "PyJWT",
        "accepts",
        not_a_string("sub", "jti"),
        "the validation does not depend on them; the claims are returned unchanged",
    ),
    Difference(
        "iss, sub or jti is not a string",
        "joserfc",
        "accepts",
        not_a_string("iss", "sub", "jti"),
        "the validation does not depend on them, unless an issuer is required",
    ),
    Difference(
        "aud is neither a string nor a list of strings",
        "joserfc",
        "accepts",
        lambda case: case.checks.audience is None and not isinstance(case.claims.get("aud"), str),
        "the validation does not depend on it, unless an audience is required",
    ),
    Difference(
        "header parameters with a wrong type",
        "joserfc",
        "accepts",
        wrong_header_type,
        "this library reads only alg, kid and crit; keys in a token have no effect",
    ),
]

# --- validators -----------------------------------------------------------------------------------


def granted(claims: Claims) -> set[str]:
    """Returns the documented scopes. The peers do not check scopes."""
    scopes, scope = claims.get("scopes"), claims.get("scope")
    strings = [text for text in (scopes, scope) if isinstance(text, str)]
    items = (
        scopes if isinstance(scopes, list) and all(isinstance(item, str) for item in scopes) else []
    )
    return {*items, *re.split("[ \t\n\f\r]+", " ".join(strings))}


def options(case: TokenCase) -> TokenValidationOptions:
    return TokenValidationOptions(case.checks.issuer, case.checks.audience, case.checks.scopes)


class Validators:
    """This library and its peers, with the same two keys and the same options."""

    def __init__(self, server: StubServer, keys: tuple[Signer, Signer]) -> None:
        self.clients = {
            leeway: ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, token_leeway_s=leeway)
            for leeway in (0, 5, 3600)
        }
        self.public = {key.kid: key.private.public_key() for key in keys}
        self.jwks = {key.kid: RSAKey.import_key(key.jwk()) for key in keys}
        self.registry = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        self.registry.max_header_length = self.registry.max_payload_length = 1 << 20

    def ours(self, case: TokenCase) -> Claims | None:
        try:
            return self.clients[case.checks.leeway].validate_token(case.token, options(case))
        except ScalekitValidateTokenFailureException:
            return None

    def is_valid(self, case: TokenCase) -> bool | None:
        client = self.clients[case.checks.leeway]
        return client.validate_access_token(case.token, options(case)) or None

    def pyjwt(self, case: TokenCase) -> Claims | None:
        checks = case.checks
        try:
            key = self.public[jwt.get_unverified_header(case.token)["kid"]]
            claims = jwt.decode(
                case.token,
                key,
                ["RS256"],
                {"require": ["exp"], "verify_aud": checks.audience is not None},
                audience=checks.audience,
                issuer=checks.issuer,
                leeway=checks.leeway,
            )
        except (jwt.PyJWTError, LookupError, TypeError):
            return None
        return claims if granted(claims).issuperset(checks.scopes) else None

    def joserfc(self, case: TokenCase) -> Claims | None:
        checks = case.checks
        required: dict[str, Any] = {"exp": {"essential": True}}
        if checks.issuer is not None:
            required["iss"] = {"essential": True, "value": checks.issuer}
        if checks.audience is not None:
            required["aud"] = {"essential": True, "values": checks.audience}
        try:
            token = joserfc_decode(
                case.token, lambda jws: self.jwks[jws.headers()["kid"]], registry=self.registry
            )
            JWTClaimsRegistry(leeway=checks.leeway, **required).validate(token.claims)
        except (
            Exception,
            RecursionError,
        ):  # joserfc also raises KeyError, TypeError and binascii.Error
            return None
        return token.claims if granted(token.claims).issuperset(checks.scopes) else None


@pytest.fixture
def validators(key_server: StubServer, keys: tuple[Signer, Signer]) -> Iterator[Validators]:
    validators = Validators(key_server, keys)
    yield validators
    for client in validators.clients.values():
        client.close()


def test_generated_tokens_have_the_same_result_as_the_peers(
    validators: Validators, keys: tuple[Signer, Signer]
) -> None:
    peers = {"PyJWT": validators.pyjwt, "joserfc": validators.joserfc}
    outcome = compare(token_cases(1, CASES, keys), validators.ours, peers, DIFFERENCES)
    check(outcome, CASES // 4)


def test_validate_access_token_and_validate_token_have_the_same_result(
    validators: Validators, keys: tuple[Signer, Signer]
) -> None:
    def with_claims(case: TokenCase) -> bool | None:
        return None if validators.ours(case) is None else True

    cases = token_cases(2, CASES // 3, keys)
    check(compare(cases, validators.is_valid, {"validate_token": with_claims}, []), CASES // 12)

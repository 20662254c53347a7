"""Tokens: we, PyJWT and joserfc judge the same generated ones alike, but for the differences listed here."""

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

from .differences import Difference, Verdict, check, compare
from .token_cases import TokenCase, token_cases

CASES = 6000
Claims = dict[str, Any]

# --- the deliberate differences ---------------------------------------------------------------------------

TIMES = ("exp", "nbf", "iat")


def depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inside), default=0) if isinstance(value, dict | list) else 0


def numeric_text(case: TokenCase) -> bool:
    values = [case.claims.get(name) for name in TIMES]
    return any(value is True or value is False or isinstance(value, str) for value in values)


def no_json(case: TokenCase) -> bool:
    return any(re.search(rb"NaN|Infinity|1e309|[0-9]{310}", part) for part in (case.header, case.payload))


def lone_surrogate(case: TokenCase) -> bool:
    return any(rb"\ud800" in part for part in (case.header, case.payload))


def not_utf8(case: TokenCase) -> bool:
    """A byte order mark, UTF-16 or UTF-32."""
    return any(part[:1] == b"\xef" or b"\0" in part[:4] for part in (case.header, case.payload))


def twice(case: TokenCase) -> bool:
    ours = {"alg", "kid", "crit", "exp", "nbf", "iat", "iss", "aud", "scopes", "scope"}
    parts = (case.header_members, case.claims)
    return any(ours.intersection(part.get("duplicates", ())) for part in parts)


def deep(case: TokenCase) -> bool:
    return b"[" * 128 in case.payload or depth(case.claims) > 127


def too_large(case: TokenCase) -> bool:
    return len(case.token) > 64 * 1024


def other_than_text(*names: str) -> Any:
    return lambda case: any(not isinstance(case.claims.get(name, ""), str) for name in names)


def odd_header(case: TokenCase) -> bool:
    """A parameter that nothing is decided by is not of its type."""
    kinds = {
        "typ": str,
        "cty": str,
        "jku": str,
        "x5u": str,
        "x5t": str,
        "x5c": list,
        "jwk": dict,
        "b64": bool,
    }
    found = case.header_members
    wrong_url = any(not str(found.get(name, "http://")).startswith("http") for name in ("jku", "x5u"))
    return wrong_url or any(not isinstance(found.get(name, kind()), kind) for name, kind in kinds.items())


BOTH: list[tuple[str, Verdict, Callable[[TokenCase], bool], str]] = [
    (
        "numbers that are not JSON's",
        "refuses",
        no_json,
        "RFC 8259 has no NaN, no Infinity, and promises nothing beyond a double",
    ),
    (
        "half a surrogate pair",
        "refuses",
        lone_surrogate,
        "it is no Unicode text, so it cannot be handed on as such",
    ),
    (
        "other encodings of JSON",
        "refuses",
        not_utf8,
        "RFC 7519 section 7.2 wants UTF-8, RFC 8259 section 8.1 no byte order mark",
    ),
    (
        "members twice",
        "refuses",
        twice,
        "RFC 7515 section 4, RFC 7519 section 4: two readers must not see two different tokens",
    ),
    (
        "nested over 127 deep",
        "refuses",
        deep,
        "bounded work on hostile input; no real token nests like that",
    ),
    (
        "larger than 64 KiB",
        "refuses",
        too_large,
        "bounded work on hostile input: it is refused unread",
    ),
    (
        "crit that they understand",
        "refuses",
        lambda case: "crit" in case.header_members,
        "no extension is supported here, so every demand for one is refused",
    ),
    (
        "b64: false without crit",
        "accepts",
        lambda case: case.header_members.get("b64") is False,
        "RFC 7515 section 4: what is neither known nor critical is passed over; the payload is base64url",
    ),
    (
        "integers of more than 64 bits",
        "reads",
        lambda case: re.search(rb"[0-9]{20}", case.payload) is not None,
        "they come as the nearest float, as in every reader of JSON that has no big integers",
    ),
]

DIFFERENCES = [Difference(name, peer, *rest) for peer in ("PyJWT", "joserfc") for name, *rest in BOTH] + [
    Difference(
        "times that are text or boolean",
        "PyJWT",
        "refuses",
        numeric_text,
        "RFC 7519 section 2: a NumericDate is a JSON number",
    ),
    Difference(
        "a padded signature",
        "PyJWT",
        "refuses",
        lambda case: "=" in case.token,
        "RFC 7515 section 2: base64url without padding, so that a token has one spelling",
    ),
    Difference(
        "sub or jti that is not text",
        "PyJWT",
        "accepts",
        other_than_text("sub", "jti"),
        "nothing is decided by them; they are handed over as the issuer wrote them",
    ),
    Difference(
        "iss, sub or jti that is not text",
        "joserfc",
        "accepts",
        other_than_text("iss", "sub", "jti"),
        "nothing is decided by them, unless an issuer is asked for",
    ),
    Difference(
        "aud that is neither text nor a list of texts",
        "joserfc",
        "accepts",
        lambda case: case.checks.audience is None and not isinstance(case.claims.get("aud"), str),
        "nothing is decided by it, unless an audience is asked for",
    ),
    Difference(
        "header parameters of a wrong type",
        "joserfc",
        "accepts",
        odd_header,
        "nothing but alg, kid and crit is read: keys that a token brings along never have an effect",
    ),
]

# --- the judges -------------------------------------------------------------------------------------------


def granted(claims: Claims) -> set[str]:
    """The scopes as documented; the peers have no word for them."""
    scopes, scope = claims.get("scopes"), claims.get("scope")
    words = [text for text in (scopes, scope) if isinstance(text, str)]
    whole = scopes if isinstance(scopes, list) and all(isinstance(item, str) for item in scopes) else []
    return {*whole, *re.split("[ \t\n\f\r]+", " ".join(words))}


def options(case: TokenCase) -> TokenValidationOptions:
    return TokenValidationOptions(case.checks.issuer, case.checks.audience, case.checks.scopes)


class Judges:
    """We and the peers, with the same two keys and the same rules."""

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

    def only_whether(self, case: TokenCase) -> bool | None:
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
        asked: dict[str, Any] = {"exp": {"essential": True}}
        if checks.issuer is not None:
            asked["iss"] = {"essential": True, "value": checks.issuer}
        if checks.audience is not None:
            asked["aud"] = {"essential": True, "values": checks.audience}
        try:
            token = joserfc_decode(
                case.token, lambda jws: self.jwks[jws.headers()["kid"]], registry=self.registry
            )
            JWTClaimsRegistry(leeway=checks.leeway, **asked).validate(token.claims)
        except (Exception, RecursionError):  # it also leaks KeyError, TypeError and binascii's errors
            return None
        return token.claims if granted(token.claims).issuperset(checks.scopes) else None


@pytest.fixture
def judges(key_server: StubServer, keys: tuple[Signer, Signer]) -> Iterator[Judges]:
    judges = Judges(key_server, keys)
    yield judges
    for client in judges.clients.values():
        client.close()


def test_every_generated_token_is_judged_alike(judges: Judges, keys: tuple[Signer, Signer]) -> None:
    peers = {"PyJWT": judges.pyjwt, "joserfc": judges.joserfc}
    outcome = compare(token_cases(1, CASES, keys), judges.ours, peers, DIFFERENCES)
    check(outcome, CASES // 4)


def test_both_doors_agree(judges: Judges, keys: tuple[Signer, Signer]) -> None:
    """Whoever asks only whether a token is valid must not hear otherwise than who asks for its claims."""

    def with_claims(case: TokenCase) -> bool | None:
        return None if judges.ours(case) is None else True

    cases = token_cases(2, CASES // 3, keys)
    check(compare(cases, judges.only_whether, {"validate_token": with_claims}, []), CASES // 12)

"""Values for the members of tokens, as raw JSON. ``None`` removes the member."""

from __future__ import annotations

import json
import random

Rng = random.Random

ISSUER = "https://acme.scalekit.com"
AUDIENCE = "skc_1"
SCOPES = ["orders:read", "orders:write"]
TIMES = ["exp", "exp", "nbf", "iat"]

ANY = ["null", "true", "5", "-1.5", '""', '"text"', "[]", '["a"]', "{}", '{"a":{"b":[1,2.5,null]}}']

HEADER: dict[str, list[str | None]] = {
    "alg": [
        f'"{name}"'
        for name in ("none", "None", "nOnE", "HS256", "RS384", "RS512", "PS256", "ES256")
    ]
    + [
        '"rs256"',
        '"RS256 "',
        '""',
        '["RS256"]',
        '{"RS256":1}',
        '"\\u0052S256"',
        '"RS256"',
        "null",
        "5",
        None,
    ],
    "kid": [
        '"key_2"',
        '"unknown"',
        '"\\u006bey_1"',
        '"KEY_1"',
        '"key_1\\u0000"',
        '"../key_1"',
        '"key_1 "',
        None,
        "null",
        "1",
        '""',
        '["key_1"]',
        "true",
        json.dumps("k" * 20000),
    ],
    "typ": ['"JWT"', '"jwt"', '"at+jwt"', '"application/at+jwt"', "null", "5", "[]"],
    "crit": [
        "[]",
        '["exp"]',
        '["b64"]',
        '["kid"]',
        '["alg","kid"]',
        "null",
        '"b64"',
        "[5]",
        "{}",
        "true",
    ],
    "b64": ["true", "false", "null", "0", '"false"'],
    "jwk": ['{"kty":"oct","k":"AA"}', '{"kty":"RSA","n":"AQAB","e":"AQAB"}', *ANY],
    "jku": ['"https://evil.example/keys"', '"file:///keys"', *ANY],
    "x5u": ['"https://evil.example/cert"', *ANY],
    "x5c": ['["MIIB"]', *ANY],
    "x5t": ANY,
    "cty": ['"JWT"', *ANY],
    "zip": ['"DEF"', *ANY],
    "x": [*ANY, "NaN", "1e309", '"\\ud800"', '"é"', "[" * 90 + "]" * 90],
}

_DEEP = ["[" * depth + "]" * depth for depth in (100, 300, 20_000)]
_NUMBERS = [
    "1e309",
    "-1e309",
    "NaN",
    "Infinity",
    "1e300",
    str(10**30),
    "9" * 400,
    str(2**63),
    str(2**64),
    "-0",
    "1E5",
]

CLAIMS: dict[str, list[str | None]] = {
    "iss": [
        f'"{ISSUER}/"',
        f'"{ISSUER.upper()}"',
        f'["{ISSUER}"]',
        '"https:\\/\\/acme.scalekit.com"',
        None,
        f'"{ISSUER}"',
        '"https://acme.scalekit.com.evil.example"',
        '"https://\u0430cme.scalekit.com"',
        *ANY,
    ],
    "aud": [
        f'"{AUDIENCE}"',
        f'["a","{AUDIENCE}"]',
        f'["{AUDIENCE}","{AUDIENCE}"]',
        '"SKC_1"',
        '"skc_1 "',
        None,
        '["a","b"]',
        f'[["{AUDIENCE}"]]',
        f'["{AUDIENCE}",5]',
        f'["{AUDIENCE}",null]',
        '{"skc_1":1}',
        *ANY,
    ],
    "scopes": [
        '"orders:read orders:write"',
        '"orders:read"',
        '["orders:read"]',
        '["orders:read orders:write"]',
        None,
        '[["orders:read","orders:write"]]',
        '["orders:read","orders:write",5]',
        '"orders:write\\torders:read"',
        '"orders:read\\u00a0orders:write"',
        '{"orders:read":1}',
        *ANY,
    ],
    "scope": [
        '"orders:read orders:write"',
        '"orders:write"',
        '["orders:read","orders:write"]',
        *ANY,
    ],
    "sub": [*ANY, None],
    "jti": ['"id_1"', *ANY],
    "oid": ['"org_1"', *ANY],
    "x": [*ANY, *(_DEEP * 3), *_NUMBERS, '"\\ud800"', '"\\u0000"', '"çödé"'],
}


def time_value(rng: Rng, now: int) -> str | None:
    """Returns a time or an invalid value.

    Times are far from the limits of all leeways (0, 5 and 3600 s).
    """
    time = now + rng.choice([-(10**8), -7200, -1800, 1800, 7200, 10**8])
    return rng.choice(
        [
            str(time),
            str(time),
            str(time),
            f"{time}.5",
            f"{time}.0",
            f"{time / 1e9!r}e9",
            f'"{time}"',
            f'"{time}.5"',
            f"[{time}]",
            f"-{time}",
            *ANY,
            *_NUMBERS,
            "0",
            "false",
            None,
        ]
    )

"""Generates tokens. Each one is a valid token with up to three changes.

The changes affect its header, claims, signature or text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from signer import Signer

from .token_values import AUDIENCE, CLAIMS, HEADER, ISSUER, SCOPES, TIMES, Rng, time_value

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Checks:
    """The options of a validation."""

    issuer: str | None
    audience: list[str] | None
    scopes: list[str]
    leeway: int


@dataclass(frozen=True)
class TokenCase:
    """A token and the options for its validation."""

    token: str = field(repr=False)
    header: bytes
    payload: bytes
    checks: Checks
    changes: tuple[str, ...]

    @cached_property
    def header_members(self) -> dict[str, Any]:
        return members(self.header)

    @cached_property
    def claims(self) -> dict[str, Any]:
        return members(self.payload)


def members(text: bytes) -> dict[str, Any]:
    """Returns the members of a JSON object.

    ``duplicates`` contains the names that occur more than once.
    """

    def to_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        duplicates = sorted({name for name in names if names.count(name) > 1})
        return {**dict(pairs), **({"duplicates": duplicates} if duplicates else {})}

    try:
        value = json.loads(text, object_pairs_hook=to_dict)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


@dataclass
class Draft:
    """An unfinished token: names with raw JSON values, and how to encode, sign and corrupt it."""

    keys: tuple[Signer, Signer]
    header: Pairs
    claims: Pairs
    encode_header: Callable[[str], bytes] = str.encode
    encode_payload: Callable[[str], bytes] = str.encode
    padded: bool = False
    sign: Callable[[Draft, bytes], bytes] = field(
        default=lambda draft, text: rs256(draft.keys[0], text)
    )
    #: Changes to the finished token.
    corruptions: list[Callable[[str], str]] = field(default_factory=list)

    def set(self, pairs: Pairs, name: str, raw: str | None) -> None:
        """Sets or removes a member."""
        pairs[:] = [pair for pair in pairs if pair[0] != name]
        if raw is not None:
            pairs.append((name, raw))


def rs256(key: Signer, text: bytes) -> bytes:
    return key.private.sign(text, padding.PKCS1v15(), hashes.SHA256())


def b64(raw: bytes, padded: bool = False) -> str:
    text = base64.urlsafe_b64encode(raw).decode()
    return text if padded else text.rstrip("=")


def object_text(pairs: Pairs) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{raw}" for name, raw in pairs) + "}"


# --- changes --------------------------------------------------------------------------------------


def header_member(rng: Rng, draft: Draft, now: int) -> None:
    name = rng.choice(list(HEADER))
    draft.set(draft.header, name, rng.choice(HEADER[name]))


def claim(rng: Rng, draft: Draft, now: int) -> None:
    name = rng.choice(list(CLAIMS))
    draft.set(draft.claims, name, rng.choice(CLAIMS[name]))


def time_claim(rng: Rng, draft: Draft, now: int) -> None:
    draft.set(draft.claims, rng.choice(TIMES), time_value(rng, now))


def repeated(rng: Rng, draft: Draft, now: int) -> None:
    pairs = rng.choice([draft.header, draft.claims])
    if pairs:
        name, raw = rng.choice(pairs)
        pairs.insert(0, (name, rng.choice([raw, '"other"'])))


def layout(rng: Rng, draft: Draft, now: int) -> None:
    """Changes the JSON text. The result can be valid or invalid."""
    encode: Callable[[str], bytes] = rng.choice(
        [
            lambda text: text.replace(":", " :\t").replace(",", "\n,\r ").encode(),
            lambda text: b" " + text.encode() + b"\n",
            lambda text: b"\xef\xbb\xbf" + text.encode(),
            lambda text: text.encode("utf-16-le"),
            lambda text: text.encode("utf-32-be"),
            lambda text: (text + "x").encode(),
            lambda text: (text + text).encode(),
            lambda text: text[:-1].encode(),
            lambda text: (text[:-1] + ",}").encode(),
            lambda text: text.replace('"', "'").encode(),
            lambda text: f"[{text}]".encode(),
            lambda text: json.dumps(text).encode(),
            lambda _: b"",
            lambda _: b"null",
            lambda _: b'["RS256","key_1"]',
            lambda text: text[:-1].encode() + b',"x":"\xff"}',
            lambda text: text[:-1].encode() + b',"x":"\x01"}',
            lambda text: b"\x0c" + text.encode(),
        ]
    )
    if rng.random() < 0.5:
        draft.encode_header = encode
    else:
        draft.encode_payload = encode


def signing(rng: Rng, draft: Draft, now: int) -> None:
    """Signs with other keys, algorithms and lengths."""

    def public(draft: Draft, encoding: serialization.Encoding) -> bytes:
        format_ = serialization.PublicFormat.SubjectPublicKeyInfo
        return draft.keys[0].private.public_key().public_bytes(encoding, format_)

    def pss(draft: Draft, text: bytes) -> bytes:
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return draft.keys[0].private.sign(text, scheme, hashes.SHA256())

    draft.sign = rng.choice(
        [
            lambda draft, text: rs256(draft.keys[1], text),
            lambda draft, text: draft.keys[0].private.sign(
                text, padding.PKCS1v15(), hashes.SHA512()
            ),
            pss,
            lambda draft, text: hmac.digest(
                public(draft, serialization.Encoding.PEM), text, hashlib.sha256
            ),
            lambda draft, text: hmac.digest(
                public(draft, serialization.Encoding.DER), text, hashlib.sha256
            ),
            lambda draft, text: b"",
            lambda draft, text: b"\0" * 256,
            lambda draft, text: b"\xff" * 256,
            lambda draft, text: b"\0" + rs256(draft.keys[0], text),
            lambda draft, text: rs256(draft.keys[0], text) + b"\0",
            lambda draft, text: rs256(draft.keys[0], text)[:-1],
            lambda draft, text: rs256(draft.keys[0], text)[1:],
            lambda draft, text: rs256(draft.keys[0], text[:-1]),
        ]
    )


def critical(rng: Rng, draft: Draft, now: int) -> None:
    """Requires RFC 7797, the only extension that the peers support."""
    draft.set(
        draft.header, "crit", rng.choice(['["b64"]', '["b64"]', '["b64","exp"]', '["b64",5]'])
    )
    draft.set(draft.header, "b64", rng.choice(["true", "true", "false"]))


def large(rng: Rng, draft: Draft, now: int) -> None:
    pairs = rng.choice([draft.header, draft.claims, draft.claims])
    draft.set(pairs, "x", json.dumps("x" * rng.choice([30_000, 48_000, 60_000])))


def padded(rng: Rng, draft: Draft, now: int) -> None:
    draft.padded = True


def text(rng: Rng, draft: Draft, now: int) -> None:
    """Changes the finished token."""
    position, letter = rng.random(), rng.choice(ALPHABET)
    invalid = rng.choice([" ", "\n", "=", ".", "+", "/", "\0", "é", "\u2028", "%"])
    amount = rng.randrange(1, 9)
    part = rng.randrange(3)

    def at(token: str) -> int:
        return int(position * len(token))

    def noncanonical(token: str) -> str:
        """Sets unused trailing bits of a part."""
        parts = token.split(".")
        if len(parts) == 3 and len(parts[part]) % 4 in (2, 3):
            last = ALPHABET.find(parts[part][-1])
            parts[part] = parts[part][:-1] + ALPHABET[(last + 1) % 64]
        return ".".join(parts)

    draft.corruptions.append(
        rng.choice(
            [
                lambda token: token[: at(token)] + letter + token[at(token) + 1 :],
                lambda token: token[: at(token)] + letter + token[at(token) + 1 :],
                lambda token: token[: at(token)] + invalid + token[at(token) + 1 :],
                lambda token: token[: at(token)] + invalid + token[at(token) :],
                lambda token: token[: at(token)] + token[at(token) + amount :],
                lambda token: token[:-amount],
                lambda token: token + "A" * amount,
                lambda token: token + "=" * amount,
                lambda token: token.replace("-", "+").replace("_", "/"),
                noncanonical,
                noncanonical,
                lambda token: ".".join(reversed(token.split("."))),
                lambda token: token.rpartition(".")[0],
                lambda token: token.rpartition(".")[0] + ".",
                lambda token: token + ".",
                lambda token: "." + token,
                lambda token: "Bearer " + token,
                lambda token: f" {token}",
                lambda token: f"{token}\n",
                lambda token: token.swapcase(),
                lambda token: token + token,
                lambda token: "",
            ]
        )
    )


CHANGES = (
    [header_member] * 4 + [claim] * 4 + [time_claim] * 4 + [repeated, layout, signing, text] * 2
)
CHANGES += [padded, critical, large]


def token_cases(seed: int, count: int, keys: tuple[Signer, Signer]) -> Iterator[TokenCase]:
    """Generates the cases for a seed. Only the keys and the time differ between runs."""
    rng = random.Random(seed)
    for _ in range(count):
        now = int(time.time())
        draft = Draft(
            keys,
            [("alg", '"RS256"'), ("kid", json.dumps(keys[0].kid))],
            [
                ("sub", '"usr_1"'),
                ("iss", json.dumps(ISSUER)),
                ("aud", json.dumps([AUDIENCE])),
                ("scopes", json.dumps(SCOPES)),
                ("iat", str(now - 5000)),
                ("exp", str(now + 5000)),
            ],
        )
        chosen = [rng.choice(CHANGES) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        for change in chosen:
            change(rng, draft, now)
        header = draft.encode_header(object_text(draft.header))
        payload = draft.encode_payload(object_text(draft.claims))
        signed = f"{b64(header, draft.padded)}.{b64(payload, draft.padded)}"
        token = f"{signed}.{b64(draft.sign(draft, signed.encode()))}"
        for corrupt in draft.corruptions:
            token = corrupt(token)
        checks = Checks(
            rng.choice([None, ISSUER, ISSUER]),
            rng.choice([None, [AUDIENCE], ["api://other", AUDIENCE]]),
            rng.choice([[], SCOPES[:1], SCOPES]),
            rng.choice([0, 5, 3600]),
        )
        yield TokenCase(token, header, payload, checks, tuple(change.__name__ for change in chosen))

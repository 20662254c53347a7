"""Tokens, made from a good one by up to three changes: to its header, its claims, its signing or its text."""

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
    """What is asked of a token beside signature and times."""

    issuer: str | None
    audience: list[str] | None
    scopes: list[str]
    leeway: int


@dataclass(frozen=True)
class TokenCase:
    """A token and the rules to judge it by."""

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
    """Members of a JSON object as Python reads them; names that stand there twice under ``duplicates``."""

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        return {**dict(pairs), **({"duplicates": twice} if twice else {})}

    try:
        read = json.loads(text, object_pairs_hook=object_of)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


@dataclass
class Draft:
    """A token in the making: names with raw JSON, how it is written, signed and spoilt."""

    keys: tuple[Signer, Signer]
    header: Pairs
    claims: Pairs
    write_header: Callable[[str], bytes] = str.encode
    write_payload: Callable[[str], bytes] = str.encode
    padded: bool = False
    sign: Callable[[Draft, bytes], bytes] = field(default=lambda draft, text: rs256(draft.keys[0], text))
    after: list[Callable[[str], str]] = field(default_factory=list)

    def put(self, pairs: Pairs, name: str, raw: str | None) -> None:
        """Set a member, or remove it."""
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


# --- changes ----------------------------------------------------------------------------------------------


def header_member(rng: Rng, draft: Draft, now: int) -> None:
    name = rng.choice(list(HEADER))
    draft.put(draft.header, name, rng.choice(HEADER[name]))


def claim(rng: Rng, draft: Draft, now: int) -> None:
    name = rng.choice(list(CLAIMS))
    draft.put(draft.claims, name, rng.choice(CLAIMS[name]))


def time_claim(rng: Rng, draft: Draft, now: int) -> None:
    draft.put(draft.claims, rng.choice(TIMES), time_value(rng, now))


def twice(rng: Rng, draft: Draft, now: int) -> None:
    pairs = rng.choice([draft.header, draft.claims])
    if pairs:
        name, raw = rng.choice(pairs)
        pairs.insert(0, (name, rng.choice([raw, '"other"'])))


def layout(rng: Rng, draft: Draft, now: int) -> None:
    """Other ways to write JSON, allowed and not."""
    way: Callable[[str], bytes] = rng.choice(
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
        draft.write_header = way
    else:
        draft.write_payload = way


def signing(rng: Rng, draft: Draft, now: int) -> None:
    """Signatures of other keys, kinds and lengths."""

    def public(draft: Draft, encoding: serialization.Encoding) -> bytes:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return draft.keys[0].private.public_key().public_bytes(encoding, kind)

    def pss(draft: Draft, text: bytes) -> bytes:
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return draft.keys[0].private.sign(text, scheme, hashes.SHA256())

    draft.sign = rng.choice(
        [
            lambda draft, text: rs256(draft.keys[1], text),
            lambda draft, text: draft.keys[0].private.sign(text, padding.PKCS1v15(), hashes.SHA512()),
            pss,
            lambda draft, text: hmac.digest(public(draft, serialization.Encoding.PEM), text, hashlib.sha256),
            lambda draft, text: hmac.digest(public(draft, serialization.Encoding.DER), text, hashlib.sha256),
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


def demand(rng: Rng, draft: Draft, now: int) -> None:
    """The one extension that others know: RFC 7797."""
    draft.put(draft.header, "crit", rng.choice(['["b64"]', '["b64"]', '["b64","exp"]', '["b64",5]']))
    draft.put(draft.header, "b64", rng.choice(["true", "true", "false"]))


def large(rng: Rng, draft: Draft, now: int) -> None:
    pairs = rng.choice([draft.header, draft.claims, draft.claims])
    draft.put(pairs, "x", json.dumps("x" * rng.choice([30_000, 48_000, 60_000])))


def padded(rng: Rng, draft: Draft, now: int) -> None:
    draft.padded = True


def text(rng: Rng, draft: Draft, now: int) -> None:
    """Changes to the finished token."""
    place, letter = rng.random(), rng.choice(ALPHABET)
    foreign = rng.choice([" ", "\n", "=", ".", "+", "/", "\0", "é", "\u2028", "%"])
    amount = rng.randrange(1, 9)
    part = rng.randrange(3)

    def at(token: str) -> int:
        return int(place * len(token))

    def spoil(token: str) -> str:
        """Set bits that the last letter of a part does not need."""
        parts = token.split(".")
        if len(parts) == 3 and len(parts[part]) % 4 in (2, 3):
            last = ALPHABET.find(parts[part][-1])
            parts[part] = parts[part][:-1] + ALPHABET[(last + 1) % 64]
        return ".".join(parts)

    draft.after.append(
        rng.choice(
            [
                lambda token: token[: at(token)] + letter + token[at(token) + 1 :],
                lambda token: token[: at(token)] + letter + token[at(token) + 1 :],
                lambda token: token[: at(token)] + foreign + token[at(token) + 1 :],
                lambda token: token[: at(token)] + foreign + token[at(token) :],
                lambda token: token[: at(token)] + token[at(token) + amount :],
                lambda token: token[:-amount],
                lambda token: token + "A" * amount,
                lambda token: token + "=" * amount,
                lambda token: token.replace("-", "+").replace("_", "/"),
                spoil,
                spoil,
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


CHANGES = [header_member] * 4 + [claim] * 4 + [time_claim] * 4 + [twice, layout, signing, text] * 2
CHANGES += [padded, demand, large]


def token_cases(seed: int, count: int, keys: tuple[Signer, Signer]) -> Iterator[TokenCase]:
    """The same cases for the same seed, but for the keys and the time of day."""
    rng = random.Random(seed)
    for _ in range(count):
        now = int(time.time())
        draft = Draft(
            keys,
            [("alg", '"RS256"'), ("kid", json.dumps(keys[0].kid))],
            [("sub", '"usr_1"'), ("iss", json.dumps(ISSUER)), ("aud", json.dumps([AUDIENCE]))]
            + [("scopes", json.dumps(SCOPES)), ("iat", str(now - 5000)), ("exp", str(now + 5000))],
        )
        chosen = [rng.choice(CHANGES) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        for change in chosen:
            change(rng, draft, now)
        header = draft.write_header(object_text(draft.header))
        payload = draft.write_payload(object_text(draft.claims))
        signed = f"{b64(header, draft.padded)}.{b64(payload, draft.padded)}"
        token = f"{signed}.{b64(draft.sign(draft, signed.encode()))}"
        for change_text in draft.after:
            token = change_text(token)
        checks = Checks(
            rng.choice([None, ISSUER, ISSUER]),
            rng.choice([None, [AUDIENCE], ["api://other", AUDIENCE]]),
            rng.choice([[], SCOPES[:1], SCOPES]),
            rng.choice([0, 5, 3600]),
        )
        yield TokenCase(token, header, payload, checks, tuple(change.__name__ for change in chosen))

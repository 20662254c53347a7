"""Webhooks, made from a good one by up to three changes: to secret, headers, signing or body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Rng = random.Random
Headers = dict[str, str]

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True)
class WebhookCase:
    """A delivery as it arrives."""

    secret: str
    headers: Headers
    body: bytes | str = field(repr=False)
    changes: tuple[str, ...]

    def header(self, name: str) -> str:
        """A header by its name, however it is written here."""

        def plain(key: str) -> str:
            return key.lower().replace("_", "-").removeprefix("http-").replace("svix", "webhook")

        return next((value for key, value in self.headers.items() if plain(key) == name), "")

    @property
    def entries(self) -> list[str]:
        return self.header("webhook-signature").split(" ")


@dataclass
class Draft:
    """A delivery in the making."""

    key: bytes
    secret: str
    identifier: str
    timestamp: str
    body: bytes | str
    #: What the time stamp reads as in the signed content.
    signed_timestamp: Callable[[str], str] = str
    signing_key: bytes | None = None
    respell: list[Callable[[str], str]] = field(default_factory=list)
    rename: Callable[[str], str] = str
    missing: str = ""
    after: list[Callable[[Draft], None]] = field(default_factory=list)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def signature(key: bytes, identifier: str, timestamp: str, body: bytes | str) -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return hmac.digest(key, f"{identifier}.{timestamp}.".encode() + raw, hashlib.sha256)


def secret(rng: Rng, draft: Draft, now: int) -> None:
    text = b64(draft.key)
    draft.secret = rng.choice(
        [
            "whsec_" + text.rstrip("="),
            "whsec_" + text.replace("+", "-").replace("/", "_"),
            "whsec_" + text.replace("+", "-").replace("/", "_").rstrip("="),
            "other_" + text,
            "_" + text,
            text,
            "whsec_",
            "whsec_====",
            "whsec_" + b64(b"another key"),
            "whsec_" + text + "\n",
            "whsec_ " + text,
            "whsec_" + text[:4] + "!" + text[4:],
            "whsec_" + text + "==",
            "whsec_" + text[:-1],
            "WHSEC_" + text,
        ]
    )


def short_key(rng: Rng, draft: Draft, now: int) -> None:
    """Keys of all lengths, and of letters that the two alphabets write differently."""
    draft.key = rng.choice([b"k", b"\xfb\xff\xfe", b"\xff" * 24, b"\xfb\xef\xbe" * 30, bytes(range(100))])
    draft.secret = "whsec_" + b64(draft.key)


def moment(rng: Rng, draft: Draft, now: int) -> None:
    """A time far from the edges of the tolerance of 300 s, or what is no time at all."""
    when = now + rng.choice([-(10**6), -900, -100, 0, 0, 100, 900, 10**6])
    draft.timestamp = rng.choice(
        [str(when)] * 6
        + [f"{when}.0", f"{when}.7", f"+{when}", f" {when}", f"{when} ", f"0{when}", f"00000{when}"]
        + [f"{when / 1e9!r}e9", f"-{when}", f"{when}000", hex(when), f"{when:_}", "x", "NaN", "inf", "1e999"]
        + ["0", "9" * 12, "9" * 13, "9" * 20, "9" * 400, "".join(chr(0x660 + int(d)) for d in str(when))]
    )
    if rng.random() < 0.3:
        draft.signed_timestamp = lambda _: str(when)


def identifier(rng: Rng, draft: Draft, now: int) -> None:
    draft.identifier = rng.choice(["", "msg.1", "msg 1", "ïd", "x" * 3000, f"msg_1.{now}"])


def signing(rng: Rng, draft: Draft, now: int) -> None:
    draft.signing_key = rng.choice([b"", b"other", draft.key + b"\0", draft.key[:-1], draft.secret.encode()])


def body(rng: Rng, draft: Draft, now: int) -> None:
    draft.body = rng.choice(
        [
            b"",
            "",
            b"x" * 100_000,
            "plain text",
            "Ünïcödé {}",
            b"\xff\xfe\x00",
            b"\xc3\x28",
            b"{}\n",
            b"\xef\xbb\xbf{}",
        ]
    )


def list_of_signatures(rng: Rng, draft: Draft, now: int) -> None:
    raw = signature(b"other", "msg_1", str(now), "")
    more = [
        f"v1,{b64(raw)}",
        f"v2,{b64(raw)}",
        f"v1a,{b64(raw)}",
        "v1",
        "",
        ",",
        "v1,",
        "v1,!",
        "v1,é",
        "v1,a,b",
    ]
    more += ["v1,AAAA", "V1,AAAA", "v1,AAA", " ".join([f"v1,{b64(raw)}"] * 100)]
    one, two, before = rng.choice(more), rng.choice(more), rng.random() < 0.5
    draft.respell.append(lambda good: f"{one} {good} {two}" if before else f"{good} {one}")


def spelling(rng: Rng, draft: Draft, now: int) -> None:
    """Other ways to write the one signature, right and wrong."""
    amount = rng.randrange(1, 30)

    def other_bits(entry: str) -> str:
        """Set bits that the last letter does not need."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return entry[:-2] + letters[(letters.find(entry[-2]) + 1) % 64] + entry[-1]

    way: Callable[[str], str] = rng.choice(
        [
            lambda good: good.rstrip("="),
            lambda good: good + "=",
            lambda good: good.replace("+", "-").replace("/", "_"),
            lambda good: good[:amount] + "!" + good[amount:],
            lambda good: good[:-1] + "\n=",
            lambda good: good[: -amount - 1],
            lambda good: good.swapcase(),
            lambda good: good.replace("v1,", "v2,"),
            lambda good: good.replace("v1,", "V1,"),
            lambda good: good.replace("v1,", ""),
            lambda good: good.replace("v1,", "v1, "),
            lambda good: good.replace("v1,", "v1;"),
            lambda good: good.replace("v1,", "v1=") + ",",
            lambda good: good.replace(" ", ",") + "\t" + good,
            lambda good: good + "," + good,
            lambda good: "v1," + b64(base64.b64decode(good[3:]) + b"\0"),
            lambda good: "v1," + b64(base64.b64decode(good[3:])[:amount]),
            lambda good: "v1," + base64.b64decode(good[3:]).hex(),
            lambda good: f"  {good}  ",
            other_bits,
            lambda good: "",
        ]
    )
    draft.respell.append(lambda good: way(good) if re.fullmatch("v1,[A-Za-z0-9+/]{43}=", good) else good)


def names(rng: Rng, draft: Draft, now: int) -> None:
    draft.rename = rng.choice(
        [
            str.upper,
            str.title,
            lambda name: "HTTP_" + name.upper().replace("-", "_"),
            lambda name: name.replace("-", "_"),
            lambda name: name.replace("webhook", "svix"),
            lambda name: name.replace("webhook", "interceptor"),
            lambda name: name.replace("webhook", "x-webhook"),
            lambda name: name + " ",
        ]
    )


def missing(rng: Rng, draft: Draft, now: int) -> None:
    draft.missing = rng.choice(NAMES)


def tampered(rng: Rng, draft: Draft, now: int) -> None:
    """One bit of what was signed."""
    place = rng.random()

    def flip(draft: Draft) -> None:
        raw = bytearray(draft.body.encode() if isinstance(draft.body, str) else draft.body) or bytearray(
            b"\0"
        )
        raw[int(place * len(raw))] ^= 1
        draft.body = bytes(raw)

    def later(draft: Draft) -> None:
        draft.timestamp += "0"

    def renumbered(draft: Draft) -> None:
        draft.identifier += "1"

    def shifted(draft: Draft) -> None:
        """The same bytes in a row, divided elsewhere."""
        raw = draft.body.encode() if isinstance(draft.body, str) else draft.body
        draft.identifier, draft.timestamp, draft.body = (
            f"{draft.identifier}.{draft.timestamp}",
            str(now),
            raw.removeprefix(f"{now}.".encode()),
        )

    draft.after.append(rng.choice([flip, flip, later, renumbered, shifted]))


CHANGES = [
    secret,
    short_key,
    moment,
    identifier,
    signing,
    body,
    list_of_signatures,
    spelling,
    names,
    missing,
    tampered,
]
CHANGES += [secret, moment, moment, list_of_signatures, spelling, spelling, body]


def webhook_cases(seed: int, count: int) -> Iterator[WebhookCase]:
    """The same cases for the same seed, but for the time of day."""
    rng = random.Random(seed)
    for _ in range(count):
        now = int(time.time())
        key = rng.randbytes(rng.choice([24, 24, 32, 64]))
        draft = Draft(key, "whsec_" + b64(key), "msg_1", str(now), b'{"type":"organization.created"}')
        chosen = [rng.choice(CHANGES) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        for change in chosen:
            change(rng, draft, now)
        signing_key = draft.key if draft.signing_key is None else draft.signing_key
        stamp = draft.signed_timestamp(draft.timestamp)
        text = "v1," + b64(signature(signing_key, draft.identifier, stamp, draft.body))
        for respell in draft.respell:
            text = respell(text)
        for spoil in draft.after:
            spoil(draft)
        values = dict(zip(NAMES, (draft.identifier, draft.timestamp, text), strict=True))
        headers = {draft.rename(name): value for name, value in values.items() if name != draft.missing}
        headers = {"content-type": "application/json", **headers}
        yield WebhookCase(draft.secret, headers, draft.body, tuple(change.__name__ for change in chosen))

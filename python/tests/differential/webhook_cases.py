"""Generates webhooks. Each one is a valid webhook with up to three changes.

The changes affect its secret, headers, signature or body.
"""

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
    """A received webhook."""

    secret: str
    headers: Headers
    body: bytes | str = field(repr=False)
    changes: tuple[str, ...]

    def header(self, name: str) -> str:
        """Returns the value of a header, regardless of the spelling of its name."""

        def normalized(key: str) -> str:
            return key.lower().replace("_", "-").removeprefix("http-").replace("svix", "webhook")

        return next((value for key, value in self.headers.items() if normalized(key) == name), "")

    @property
    def entries(self) -> list[str]:
        return self.header("webhook-signature").split(" ")


@dataclass
class Draft:
    """An unfinished webhook."""

    key: bytes
    secret: str
    identifier: str
    timestamp: str
    body: bytes | str
    #: Converts the timestamp to the one in the signed content.
    signed_timestamp: Callable[[str], str] = str
    signing_key: bytes | None = None
    #: Changes to the signature header.
    signature_changes: list[Callable[[str], str]] = field(default_factory=list)
    rename: Callable[[str], str] = str
    missing: str = ""
    #: Changes to the signed webhook.
    corruptions: list[Callable[[Draft], None]] = field(default_factory=list)


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
    """Keys of different lengths, and keys whose base64 differs between the two alphabets."""
    draft.key = rng.choice(
        [b"k", b"\xfb\xff\xfe", b"\xff" * 24, b"\xfb\xef\xbe" * 30, bytes(range(100))]
    )
    draft.secret = "whsec_" + b64(draft.key)


def timestamp(rng: Rng, draft: Draft, now: int) -> None:
    """A time far from the limits of the tolerance (300 s), or an invalid value."""
    sent = now + rng.choice([-(10**6), -900, -100, 0, 0, 100, 900, 10**6])
    draft.timestamp = rng.choice(
        [str(sent)] * 6
        + [f"{sent}.0", f"{sent}.7", f"+{sent}", f" {sent}", f"{sent} ", f"0{sent}", f"00000{sent}"]
        + [
            f"{sent / 1e9!r}e9",
            f"-{sent}",
            f"{sent}000",
            hex(sent),
            f"{sent:_}",
            "x",
            "NaN",
            "inf",
            "1e999",
        ]
        + [
            "0",
            "9" * 12,
            "9" * 13,
            "9" * 20,
            "9" * 400,
            "".join(chr(0x660 + int(d)) for d in str(sent)),
        ]
    )
    if rng.random() < 0.3:
        draft.signed_timestamp = lambda _: str(sent)


def identifier(rng: Rng, draft: Draft, now: int) -> None:
    draft.identifier = rng.choice(["", "msg.1", "msg 1", "ïd", "x" * 3000, f"msg_1.{now}"])


def signing(rng: Rng, draft: Draft, now: int) -> None:
    draft.signing_key = rng.choice(
        [b"", b"other", draft.key + b"\0", draft.key[:-1], draft.secret.encode()]
    )


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
    entries = [
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
    entries += ["v1,AAAA", "V1,AAAA", "v1,AAA", " ".join([f"v1,{b64(raw)}"] * 100)]
    first, second, before = rng.choice(entries), rng.choice(entries), rng.random() < 0.5
    draft.signature_changes.append(
        lambda valid: f"{first} {valid} {second}" if before else f"{valid} {first}"
    )


def signature_text(rng: Rng, draft: Draft, now: int) -> None:
    """Changes the text of the signature. The result can be valid or invalid."""
    amount = rng.randrange(1, 30)

    def noncanonical(entry: str) -> str:
        """Sets unused trailing bits."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return entry[:-2] + letters[(letters.find(entry[-2]) + 1) % 64] + entry[-1]

    change: Callable[[str], str] = rng.choice(
        [
            lambda entry: entry.rstrip("="),
            lambda entry: entry + "=",
            lambda entry: entry.replace("+", "-").replace("/", "_"),
            lambda entry: entry[:amount] + "!" + entry[amount:],
            lambda entry: entry[:-1] + "\n=",
            lambda entry: entry[: -amount - 1],
            lambda entry: entry.swapcase(),
            lambda entry: entry.replace("v1,", "v2,"),
            lambda entry: entry.replace("v1,", "V1,"),
            lambda entry: entry.replace("v1,", ""),
            lambda entry: entry.replace("v1,", "v1, "),
            lambda entry: entry.replace("v1,", "v1;"),
            lambda entry: entry.replace("v1,", "v1=") + ",",
            lambda entry: entry.replace(" ", ",") + "\t" + entry,
            lambda entry: entry + "," + entry,
            lambda entry: "v1," + b64(base64.b64decode(entry[3:]) + b"\0"),
            lambda entry: "v1," + b64(base64.b64decode(entry[3:])[:amount]),
            lambda entry: "v1," + base64.b64decode(entry[3:]).hex(),
            lambda entry: f"  {entry}  ",
            noncanonical,
            lambda entry: "",
        ]
    )
    draft.signature_changes.append(
        lambda entry: change(entry) if re.fullmatch("v1,[A-Za-z0-9+/]{43}=", entry) else entry
    )


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
    """Changes the webhook after it is signed."""
    position = rng.random()

    def flip(draft: Draft) -> None:
        raw = bytearray(
            draft.body.encode() if isinstance(draft.body, str) else draft.body
        ) or bytearray(b"\0")
        raw[int(position * len(raw))] ^= 1
        draft.body = bytes(raw)

    def change_timestamp(draft: Draft) -> None:
        draft.timestamp += "0"

    def change_identifier(draft: Draft) -> None:
        draft.identifier += "1"

    def move_boundaries(draft: Draft) -> None:
        """Splits the same bytes differently into identifier, timestamp and body."""
        raw = draft.body.encode() if isinstance(draft.body, str) else draft.body
        draft.identifier, draft.timestamp, draft.body = (
            f"{draft.identifier}.{draft.timestamp}",
            str(now),
            raw.removeprefix(f"{now}.".encode()),
        )

    draft.corruptions.append(
        rng.choice([flip, flip, change_timestamp, change_identifier, move_boundaries])
    )


CHANGES = [
    secret,
    short_key,
    timestamp,
    identifier,
    signing,
    body,
    list_of_signatures,
    signature_text,
    names,
    missing,
    tampered,
]
CHANGES += [secret, timestamp, timestamp, list_of_signatures, signature_text, signature_text, body]


def webhook_cases(seed: int, count: int) -> Iterator[WebhookCase]:
    """Generates the cases for a seed. Only the time differs between runs."""
    rng = random.Random(seed)
    for _ in range(count):
        now = int(time.time())
        key = rng.randbytes(rng.choice([24, 24, 32, 64]))
        draft = Draft(
            key, "whsec_" + b64(key), "msg_1", str(now), b'{"type":"organization.created"}'
        )
        chosen = [rng.choice(CHANGES) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        for change in chosen:
            change(rng, draft, now)
        signing_key = draft.key if draft.signing_key is None else draft.signing_key
        signed_timestamp = draft.signed_timestamp(draft.timestamp)
        text = "v1," + b64(signature(signing_key, draft.identifier, signed_timestamp, draft.body))
        for change_text in draft.signature_changes:
            text = change_text(text)
        for corrupt in draft.corruptions:
            corrupt(draft)
        values = dict(zip(NAMES, (draft.identifier, draft.timestamp, text), strict=True))
        headers = {
            draft.rename(name): value for name, value in values.items() if name != draft.missing
        }
        headers = {"content-type": "application/json", **headers}
        yield WebhookCase(
            draft.secret, headers, draft.body, tuple(change.__name__ for change in chosen)
        )

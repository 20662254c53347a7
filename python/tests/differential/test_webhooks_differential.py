"""Compares webhook verification with standardwebhooks and svix. Lists the deliberate differences.

svix only looks up the headers. It uses standardwebhooks to check signatures and times.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import standardwebhooks
import svix.webhooks

from scalekit import ScalekitClient, WebhookVerificationError

from .differences import Difference, Kind, check, compare
from .webhook_cases import NAMES, WebhookCase, webhook_cases

CASES = 12_000
CLIENT = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")

# --- deliberate differences -----------------------------------------------------------------------


def canonical(text: str) -> bool:
    """Returns ``True`` for canonical standard base64."""
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


def invalid_characters(case: WebhookCase) -> bool:
    text = "".join(case.secret.partition("_")[2].split()).rstrip("=")
    return re.search("[^A-Za-z0-9+/_-]", text) is not None


def malformed_entry(case: WebhookCase) -> bool:
    def malformed(entry: str) -> bool:
        version, separator, text = entry.partition(",")
        return not separator or "," in text or (version == "v1" and not canonical(text))

    return any(map(malformed, case.entries))


def noncanonical_entry(case: WebhookCase) -> bool:
    return any(entry.startswith("v1,") and not canonical(entry[3:]) for entry in case.entries)


def not_utf8(case: WebhookCase) -> bool:
    try:
        return isinstance(case.body, bytes) and not case.body.decode()
    except UnicodeDecodeError:
        return True


def framework_names(case: WebhookCase) -> bool:
    return any(name.lower().endswith("webhook_id") for name in case.headers)


BOTH: list[tuple[str, Kind, Callable[[WebhookCase], bool], str]] = [
    (
        "secret without a prefix",
        "rejects",
        lambda case: "_" not in case.secret,
        "documented secrets have a prefix; the key is the text after the underscore",
    ),
    (
        "secret with a prefix other than whsec_",
        "accepts",
        lambda case: "_" in case.secret and not case.secret.startswith("whsec_"),
        "the key is the text after the first underscore; the prefix does not matter",
    ),
    (
        "secret in the URL-safe alphabet",
        "accepts",
        lambda case: re.search("[-_]", case.secret.partition("_")[2]) is not None,
        "Scalekit secrets exist in both alphabets; the peers drop the characters and get a different key",
    ),
    (
        "a secret with characters that are not base64",
        "rejects",
        invalid_characters,
        "a damaged secret is an error; the peers use the part that they can decode",
    ),
    (
        "signature with invalid characters, non-zero trailing bits or too much padding",
        "rejects",
        noncanonical_entry,
        "only the canonical base64 of a signature is accepted",
    ),
    (
        "valid signature in a list with malformed entries",
        "accepts",
        malformed_entry,
        "one valid entry is sufficient, so that the service can add new types of signatures",
    ),
    (
        "body that is not UTF-8",
        "accepts",
        not_utf8,
        "the signature covers bytes, not text",
    ),
    (
        "CGI and Django header names",
        "accepts",
        framework_names,
        "this library accepts the header names of all frameworks",
    ),
    (
        "timestamp that is not an integer in plain digits",
        "rejects",
        lambda case: (
            not re.fullmatch("[0-9]{1,12}", case.header(NAMES[1]))
            or case.header(NAMES[1])[0] == "0"
        ),
        "the specification requires an integer; the signature must cover the text of the header",
    ),
    (
        "timestamp with leading zeros, signed with them",
        "accepts",
        lambda case: re.fullmatch("0[0-9]{1,11}", case.header(NAMES[1])) is not None,
        "the signature covers the text of the header; the peers use the parsed number",
    ),
]

DIFFERENCES = [
    Difference(name, peer, *rest) for peer in ("standardwebhooks", "svix") for name, *rest in BOTH
] + [
    Difference(
        "header names that begin with svix-",
        "svix",
        "rejects",
        lambda case: "svix-id" in case.headers,
        "Scalekit does not send such headers",
    ),
]

# --- validators -----------------------------------------------------------------------------------


def ours(case: WebhookCase) -> bool | None:
    try:
        return CLIENT.verify_webhook_payload(case.secret, case.headers, case.body)
    except WebhookVerificationError:
        return None


def by_standardwebhooks(case: WebhookCase) -> bool | None:
    try:
        standardwebhooks.Webhook(case.secret).verify(case.body, case.headers, json_parse=False)
    except (
        Exception
    ):  # standardwebhooks also raises ValueError, binascii.Error and UnicodeDecodeError
        return None
    return True


def by_svix(case: WebhookCase) -> bool | None:
    try:
        svix.webhooks.Webhook(case.secret).verify(case.body, case.headers)
    except Exception:  # svix raises the same exceptions
        return None
    return True


def test_generated_webhooks_have_the_same_result_as_the_peers() -> None:
    peers = {"standardwebhooks": by_standardwebhooks, "svix": by_svix}
    check(compare(webhook_cases(1, CASES), ours, peers, DIFFERENCES), CASES // 4)

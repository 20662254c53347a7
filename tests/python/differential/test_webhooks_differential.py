"""Webhooks: we, standardwebhooks and svix judge generated ones alike, but for the differences listed.

svix's own part is how it finds the headers; signatures and times it leaves to standardwebhooks.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import standardwebhooks
import svix.webhooks

from scalekit import ScalekitClient, WebhookVerificationError

from .differences import Difference, Verdict, check, compare
from .webhook_cases import NAMES, WebhookCase, webhook_cases

CASES = 12_000
CLIENT = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")

# --- the deliberate differences ---------------------------------------------------------------------------


def canonical(text: str) -> bool:
    """Standard base64 in its one spelling."""
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


def lax_secret(case: WebhookCase) -> bool:
    text = case.secret.partition("_")[2].replace("-", "+").replace("_", "/")
    return not canonical(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)) or text.endswith("===")


def lax_padding(case: WebhookCase) -> bool:
    text = case.secret.partition("_")[2]
    return text.endswith("=") and len(text) % 4 != 0


def malformed_entry(case: WebhookCase) -> bool:
    def broken(entry: str) -> bool:
        version, found, text = entry.partition(",")
        return not found or "," in text or (version == "v1" and not canonical(text))

    return any(map(broken, case.entries))


def lax_entry(case: WebhookCase) -> bool:
    return any(entry.startswith("v1,") and not canonical(entry[3:]) for entry in case.entries)


def not_utf8(case: WebhookCase) -> bool:
    try:
        return isinstance(case.body, bytes) and not case.body.decode()
    except UnicodeDecodeError:
        return True


def framework_names(case: WebhookCase) -> bool:
    return any(name.lower().endswith("webhook_id") for name in case.headers)


BOTH: list[tuple[str, Verdict, Callable[[WebhookCase], bool], str]] = [
    (
        "a secret without prefix",
        "refuses",
        lambda case: "_" not in case.secret,
        "the documented secret has one, and the key is what follows its underscore",
    ),
    (
        "a secret with another prefix than whsec_",
        "accepts",
        lambda case: "_" in case.secret and not case.secret.startswith("whsec_"),
        "the key is what follows the first underscore, whatever precedes it",
    ),
    (
        "a secret in the URL-safe alphabet",
        "accepts",
        lambda case: re.search("[-_]", case.secret.partition("_")[2]) is not None,
        "Scalekit's secrets are either; they would be decoded to another key by dropping the letters",
    ),
    (
        "a secret that is not wholly base64",
        "refuses",
        lambda case: lax_secret(case) or lax_padding(case),
        "a damaged secret is an error to be told, not a key of what is left of it",
    ),
    (
        "a signature with foreign letters, spare bits or padding too much",
        "refuses",
        lax_entry,
        "a signature has one spelling",
    ),
    (
        "a valid signature beside malformed ones",
        "accepts",
        malformed_entry,
        "any valid one suffices, so that new kinds of signature can be added to the list",
    ),
    (
        "a body that is not UTF-8",
        "accepts",
        not_utf8,
        "bytes were signed, and bytes are verified",
    ),
    (
        "names as CGI and Django write them",
        "accepts",
        framework_names,
        "the headers of every framework are taken as they are",
    ),
    (
        "times other than a whole number in plain digits",
        "refuses",
        lambda case: (
            not re.fullmatch("[0-9]{1,12}", case.header(NAMES[1])) or case.header(NAMES[1])[0] == "0"
        ),
        "the specification's integer of seconds; what is checked is what was signed, to the letter",
    ),
    (
        "a time with leading zeros that is signed with them",
        "accepts",
        lambda case: re.fullmatch("0[0-9]{1,11}", case.header(NAMES[1])) is not None,
        "it is signed as it stands in the header; they sign the number that they read",
    ),
]

DIFFERENCES = [
    Difference(name, peer, *rest) for peer in ("standardwebhooks", "svix") for name, *rest in BOTH
] + [
    Difference(
        "names that begin with svix-",
        "svix",
        "refuses",
        lambda case: "svix-id" in case.headers,
        "no sender of Scalekit's webhooks uses them",
    ),
]

# --- the judges -------------------------------------------------------------------------------------------


def ours(case: WebhookCase) -> bool | None:
    try:
        return CLIENT.verify_webhook_payload(case.secret, case.headers, case.body)
    except WebhookVerificationError:
        return None


def by_standardwebhooks(case: WebhookCase) -> bool | None:
    try:
        standardwebhooks.Webhook(case.secret).verify(case.body, case.headers, json_parse=False)
    except Exception:  # it also leaks ValueError, binascii's errors and UnicodeDecodeError
        return None
    return True


def by_svix(case: WebhookCase) -> bool | None:
    try:
        svix.webhooks.Webhook(case.secret).verify(case.body, case.headers)
    except Exception:  # as above
        return None
    return True


def test_every_generated_webhook_is_judged_alike() -> None:
    peers = {"standardwebhooks": by_standardwebhooks, "svix": by_svix}
    check(compare(webhook_cases(1, CASES), ours, peers, DIFFERENCES), CASES // 4)

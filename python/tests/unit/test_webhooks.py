"""Tests the verification of webhooks and interceptors that Python's hmac module signs."""

from __future__ import annotations

import array
import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest

from scalekit import (
    AsyncScalekitClient,
    ScalekitArgumentException,
    ScalekitClient,
    ScalekitException,
    WebhookVerificationError,
)

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = b'{"type":"organization.created","data":{"name":"\xc3\x84cme"}}'
CLIENT = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
Headers = dict[str, str]


def signature(body: bytes, stamp: int, key: bytes = KEY, identifier: str = "msg_1") -> str:
    content = f"{identifier}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def signed(body: bytes = BODY, offset: int = 0, prefix: str = "webhook") -> Headers:
    stamp = int(time.time()) + offset
    return {
        f"{prefix}-id": "msg_1",
        f"{prefix}-timestamp": str(stamp),
        f"{prefix}-signature": signature(body, stamp),
    }


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        BODY.decode(),
        bytearray(BODY),
        memoryview(BODY),
        memoryview(b"".join(bytes([byte, 0]) for byte in BODY))[::2],
        array.array("B", BODY),
    ],
    ids=["bytes", "str", "bytearray", "memoryview", "every other byte", "array"],
)
def test_payloads_of_all_types_are_verified(body: Any) -> None:
    assert CLIENT.verify_webhook_payload(SECRET, signed(), body) is True
    asynchronous = AsyncScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
    assert asynchronous.verify_webhook_payload(SECRET, signed(), body) is True


class FrameworkHeaders:
    """Headers with items() that are not a dict, as in Starlette and Werkzeug."""

    def __init__(self, headers: Headers) -> None:
        self.headers = headers

    def items(self) -> Any:
        return iter([("Host", "example.com"), *self.headers.items()])


@pytest.mark.parametrize(
    "shape",
    [
        lambda headers: headers,
        lambda headers: {name.title(): value for name, value in headers.items()},
        lambda headers: {name.upper(): [value] for name, value in headers.items()},
        lambda headers: {name.encode(): value.encode() for name, value in headers.items()},
        lambda headers: list(headers.items()),
        lambda headers: FrameworkHeaders(headers),
        lambda headers: {
            "wsgi.input": object(),
            "SERVER_PORT": 80,
            **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
        },
    ],
    ids=["dict", "title", "upper, lists", "bytes", "pairs", "items()", "Django META"],
)
def test_headers_of_common_frameworks_are_accepted(shape: Callable[[Headers], Any]) -> None:
    assert CLIENT.verify_webhook_payload(SECRET, shape(signed()), BODY)
    assert CLIENT.verify_interceptor_payload(SECRET, shape(signed(prefix="interceptor")), BODY)


class Unprintable:
    def __str__(self) -> str:
        raise AssertionError("this header is not part of the signature")


def test_only_signature_headers_are_converted_to_text() -> None:
    stamp = int(signed()["webhook-timestamp"])
    headers: dict[Any, Any] = {
        "wsgi.errors": Unprintable(),
        "webhook-other": Unprintable(),
        **signed(),
        "webhook-timestamp": stamp,
    }
    assert CLIENT.verify_webhook_payload(SECRET, headers, BODY)
    assert CLIENT.verify_webhook_payload(SECRET, [list(header) for header in headers.items()], BODY)


def test_a_header_value_may_change_the_headers_while_it_is_converted() -> None:
    headers: dict[Any, Any] = {"X-First": "1", **signed()}
    timestamp = headers["webhook-timestamp"]

    class Timestamp:
        def __str__(self) -> str:
            headers.clear()
            return timestamp

    headers["webhook-timestamp"] = Timestamp()
    assert CLIENT.verify_webhook_payload(SECRET, headers, BODY)


@pytest.mark.parametrize(
    "headers", [5, None, "ab", [5], [("a",)], [("a", "b", "c")], {"webhook-id"}]
)
def test_headers_of_another_type_are_rejected(headers: Any) -> None:
    with pytest.raises(
        ScalekitArgumentException, match="headers must be a mapping of str to str"
    ) as caught:
        CLIENT.verify_webhook_payload(SECRET, headers, BODY)
    assert isinstance(caught.value.__cause__, (TypeError, ValueError))


def test_interceptors_fall_back_to_webhook_headers_but_webhooks_do_not_fall_back() -> None:
    assert CLIENT.verify_interceptor_payload(SECRET, signed(), BODY)
    with pytest.raises(WebhookVerificationError, match="Missing required headers"):
        CLIENT.verify_webhook_payload(SECRET, signed(prefix="interceptor"), BODY)


@pytest.mark.parametrize(
    "secret",
    [
        SECRET.replace("+", "-").replace("/", "_"),
        SECRET.rstrip("="),
        "any_" + base64.b64encode(KEY).decode(),
    ],
)
def test_all_spellings_of_the_secret_are_accepted(secret: str) -> None:
    assert CLIENT.verify_webhook_payload(secret, signed(), BODY)


def test_one_valid_signature_in_the_list_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = " ".join(
        ["v1,not base64!", "v2,abcd", "", "v1,", "v1,YWJj", headers["webhook-signature"], "v1"]
    )
    assert CLIENT.verify_webhook_payload(SECRET, headers, BODY)


def altered(**changes: str | None) -> Headers:
    headers = signed()
    for name, value in changes.items():
        if value is None:
            del headers[f"webhook-{name}"]
        else:
            headers[f"webhook-{name}"] = value
    return headers


@pytest.mark.parametrize(
    ("secret", "headers", "message"),
    [
        (SECRET, dict, "Missing required headers"),
        (SECRET, lambda: altered(id=None), "Missing required headers"),
        (SECRET, lambda: altered(signature=""), "Missing required headers"),
        ("whsec", signed, "Invalid secret"),
        ("whsec_", signed, "Invalid secret"),
        ("whsec_%%%", signed, "Invalid secret"),
        (SECRET, lambda: altered(timestamp="yesterday"), "Invalid Signature Headers"),
        (SECRET, lambda: altered(timestamp="1e9"), "Invalid Signature Headers"),
        (SECRET, lambda: signed(offset=-3600), "Message timestamp too old"),
        (SECRET, lambda: signed(offset=+3600), "Message timestamp too new"),
        (SECRET, lambda: signed(b"other"), "Invalid signature"),
        (SECRET, lambda: altered(id="msg_2"), "Invalid signature"),
        (
            SECRET,
            lambda: altered(signature="v1," + base64.b64encode(b"").decode()),
            "Invalid signature",
        ),
        ("whsec_" + base64.b64encode(b"x" * 32).decode(), signed, "Invalid signature"),
    ],
)
def test_invalid_webhooks_are_rejected(
    secret: str, headers: Callable[[], Headers], message: str
) -> None:
    # The headers are signed now, because the suite can run for longer than the tolerance.
    with pytest.raises(WebhookVerificationError) as caught:
        CLIENT.verify_webhook_payload(secret, headers(), BODY)
    assert caught.value.message == message
    assert secret not in str(caught.value) or secret in message


def test_the_whole_signature_is_compared() -> None:
    headers = signed()
    digest = base64.b64decode(headers["webhook-signature"][3:])
    for wrong in (digest[:16], digest + b"x", b"\0" * 32):
        headers["webhook-signature"] = "v1," + base64.b64encode(wrong).decode()
        with pytest.raises(WebhookVerificationError, match="Invalid signature"):
            CLIENT.verify_webhook_payload(SECRET, headers, BODY)


def test_the_tolerance_is_configurable() -> None:
    strict = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret", webhook_tolerance_s=5)
    with pytest.raises(WebhookVerificationError, match="too old"):
        strict.verify_webhook_payload(SECRET, signed(offset=-20), BODY)
    lenient = ScalekitClient(
        "https://acme.scalekit.com", "skc_1", "secret", webhook_tolerance_s=900
    )
    assert lenient.verify_webhook_payload(SECRET, signed(offset=-600), BODY)


def test_errors_name_the_argument_of_a_wrong_type() -> None:
    for arguments, why in [
        ((5, signed(), BODY), "secret must be a str, not int"),
        ((SECRET, 5, BODY), "headers must be a mapping"),
        ((SECRET, signed(), {"a": 1}), "payload must be str or bytes, not dict"),
    ]:
        with pytest.raises(ScalekitArgumentException, match=why):
            CLIENT.verify_webhook_payload(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, bytes.decode])
def test_a_large_body_is_verified(kind: Callable[[bytes], Any]) -> None:
    body = b"x" * 20_000_001
    assert CLIENT.verify_webhook_payload(SECRET, signed(body), kind(body))
    with pytest.raises(WebhookVerificationError, match="Invalid signature"):
        CLIENT.verify_webhook_payload(SECRET, signed(body), kind(body[:-1] + b"y"))


def test_text_with_lone_surrogates_is_rejected() -> None:
    surrogate = "a\ud800"
    for secret, headers, body, why in [
        ("whsec_" + surrogate, signed(), BODY, "Invalid secret"),
        (SECRET, {**signed(), "webhook-timestamp": surrogate}, BODY, "Invalid Signature Headers"),
        (SECRET, {**signed(), "webhook-signature": surrogate}, BODY, "Invalid signature"),
        (SECRET, signed(), surrogate, "Invalid signature"),
    ]:
        with pytest.raises(WebhookVerificationError, match=why):
            CLIENT.verify_webhook_payload(secret, headers, body)


@pytest.mark.parametrize("nothing", [None, "", [], [None], ()])
def test_a_header_without_a_value_is_missing(nothing: Any) -> None:
    blank: Any = dict.fromkeys(
        ("interceptor-id", "interceptor-timestamp", "interceptor-signature"), nothing
    )
    assert CLIENT.verify_interceptor_payload(SECRET, {**blank, **signed()}, BODY)
    with pytest.raises(WebhookVerificationError, match="Missing required headers"):
        CLIENT.verify_webhook_payload(SECRET, {**signed(), "webhook-id": nothing}, BODY)


@pytest.mark.parametrize("convert", [bytes, bytes.decode, bytearray, memoryview])
def test_a_valid_webhook_is_parsed(convert: Callable[[bytes], Any]) -> None:
    event = CLIENT.parse_webhook_event(SECRET, signed(), convert(BODY))
    assert event["type"] == "organization.created"
    assert event["data"] == {"name": "\u00c4cme"}


def test_an_invalid_webhook_is_not_parsed() -> None:
    with pytest.raises(WebhookVerificationError, match="Invalid signature"):
        CLIENT.parse_webhook_event(SECRET, signed(), BODY + b" ")


@pytest.mark.parametrize("body", [b"a-secret", b"[]", b"{}", b'{"type": 1}', b"\xff", b"[" * 10**5])
def test_a_valid_payload_that_is_no_event_is_an_error_without_the_payload(body: bytes) -> None:
    with pytest.raises(ScalekitException, match="is not an event") as error:
        CLIENT.parse_webhook_event(SECRET, signed(body), body)
    assert "a-secret" not in str(error.value)

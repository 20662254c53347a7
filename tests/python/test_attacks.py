"""The attack suite through the wheel: documented exceptions and messages, bounded work."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scalekit import (
    AsyncScalekitClient,
    ScalekitClient,
    ScalekitValidateTokenFailureException,
    TokenValidationOptions,
    WebhookVerificationError,
)

from .conftest import ROOT

#: What a case may cost: processor time, so that a busy machine does not count.
SECONDS = 2.0
#: By how much the process may grow over all cases; the largest inputs, which count too, have 50 MB.
GROWTH = 400 << 20

Case = dict[str, Any]


class Suite:
    """A running attack server and what it has made."""

    def __init__(self, url: str) -> None:
        self.url = url
        cases = self.get("cases")
        self.tokens: list[Case] = cases["tokens"]
        self.payloads: list[Case] = cases["payloads"]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=60) as response:
            return json.load(response)


@pytest.fixture(scope="module")
def suite() -> Iterator[Suite]:
    binary = os.environ.get("SCALEKIT_ATTACK_SERVER_BIN", str(ROOT / "target/debug/attack-server"))
    with subprocess.Popen([binary], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Suite(process.stdout.readline().strip())
        process.terminate()


def join(pieces: list[dict[str, Any]]) -> bytes:
    """Pieces, put together again."""
    return b"".join(base64.b64decode(piece["base64"]) * piece["times"] for piece in pieces)


def checks(case: Case) -> TokenValidationOptions:
    return TokenValidationOptions(
        issuer=case["issuer"],
        audience=case["audience"] or None,
        required_scopes=case["required_scopes"] or None,
    )


def run(name: str, verify: Callable[[], Any], refusal: type[Exception]) -> tuple[Any, str | None]:
    """Result and message of a verification, which may not take long nor raise anything undocumented."""
    started = time.process_time()
    try:
        result, message = verify(), None
    except refusal as error:
        assert type(error) is refusal, name
        result, message = None, str(getattr(error, "message", error))
    assert time.process_time() - started < SECONDS, name
    return result, message


def peak() -> int:
    """The most memory the process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def wrong_token(case: Case, claims: Any, message: str | None) -> bool:
    if not case["accepted"]:
        return message is None or not message.startswith(case["message"])
    return message is not None or ("subject" in case and claims["sub"] != case["subject"])


def test_tokens(suite: Suite) -> None:
    assert len(suite.tokens) > 250
    before, fetches = peak(), suite.get("seen").get("/keys", 0)
    wrong = []
    with ScalekitClient(suite.url, "skc_1", "secret") as client:
        # Twice: that a token has been seen before makes no difference.
        for case in [*suite.tokens, *suite.tokens]:
            token, options = join(case["token"]).decode(), checks(case)
            outcome = run(
                case["name"],
                lambda token=token, options=options: client.validate_token(token, options),
                ScalekitValidateTokenFailureException,
            )
            told = client.validate_access_token(token, options)
            if wrong_token(case, *outcome) or told is not case["accepted"]:
                wrong.append((case["name"], outcome[1], told))
            scopes = case["required_scopes"]
            if scopes and case["issuer"] is None and not case["audience"]:
                verified = run(
                    case["name"],
                    lambda token=token, scopes=scopes: client.verify_scopes(token, scopes),
                    ScalekitValidateTokenFailureException,
                )
                if verified[0] is not (True if case["accepted"] else None):
                    wrong.append((case["name"], "verify_scopes", verified))
    assert not wrong
    assert peak() - before < GROWTH
    seen = suite.get("seen")
    assert "/attacker-keys" not in seen, "what a token points to is never fetched"
    assert seen["/keys"] - fetches <= 2


def test_tokens_awaitable(suite: Suite) -> None:
    async def validate() -> list[Any]:
        client = AsyncScalekitClient(suite.url, "skc_1", "secret")
        wrong = []
        for case in suite.tokens:
            claims, message = None, None
            try:
                claims = await client.validate_token(join(case["token"]).decode(), checks(case))
            except ScalekitValidateTokenFailureException as error:
                message = error.message
            if wrong_token(case, claims, message):
                wrong.append((case["name"], message))
        client.close()
        return wrong

    assert not asyncio.run(validate())


@pytest.mark.parametrize("kind", [ScalekitClient, AsyncScalekitClient])
def test_payloads(suite: Suite, kind: type[ScalekitClient] | type[AsyncScalekitClient]) -> None:
    assert len(suite.payloads) > 150
    before = peak()
    wrong = []
    client = kind("https://acme.scalekit.com", "skc_1", "secret")
    for case in suite.payloads:
        verify = client.verify_interceptor_payload if case["interceptor"] else client.verify_webhook_payload
        headers = [(name, join(value).decode()) for name, value in case["headers"]]
        body = join(case["body"])
        result, message = run(
            case["name"],
            lambda verify=verify, case=case, headers=headers, body=body: verify(
                case["secret"], headers, body
            ),
            WebhookVerificationError,
        )
        if (result is True) is not case["accepted"] or message != case.get("message"):
            wrong.append((case["name"], message))
    client.close()
    assert not wrong
    assert peak() - before < GROWTH

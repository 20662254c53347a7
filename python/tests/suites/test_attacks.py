"""Runs the attack suite with the wheel.

Checks exceptions and messages, and limits time and memory.
"""

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
from programs import ROOT

from scalekit import (
    AsyncScalekitClient,
    ScalekitClient,
    ScalekitValidateTokenFailureException,
    TokenValidationOptions,
    WebhookVerificationError,
)

#: The maximum CPU time of a case. Wall clock time would depend on the load of the machine.
MAX_SECONDS = 2.0
#: The maximum memory growth of the process over all cases, including inputs of up to 50 MB.
MAX_GROWTH = 400 << 20

Case = dict[str, Any]


class Suite:
    """A running attack server and its cases."""

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
    """Decodes, repeats and joins pieces."""
    return b"".join(base64.b64decode(piece["base64"]) * piece["times"] for piece in pieces)


def checks(case: Case) -> TokenValidationOptions:
    return TokenValidationOptions(
        issuer=case["issuer"],
        audience=case["audience"] or None,
        required_scopes=case["required_scopes"] or None,
    )


def run(
    name: str, verify: Callable[[], Any], documented: type[Exception]
) -> tuple[Any, str | None]:
    """Returns result and message of a verification. Only the documented exception is allowed."""
    started = time.process_time()
    failure: Exception | None = None
    result = None
    try:
        result = verify()
    except documented as error:
        failure = error
    assert time.process_time() - started < MAX_SECONDS, name
    if failure is None:
        return result, None
    assert type(failure) is documented, name
    return None, str(getattr(failure, "message", failure))


def peak() -> int:
    """Returns the peak memory of the process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def is_wrong(case: Case, claims: Any, message: str | None) -> bool:
    if not case["accepted"]:
        return message is None or not message.startswith(case["message"])
    return message is not None or ("subject" in case and claims["sub"] != case["subject"])


def test_tokens(suite: Suite) -> None:
    assert len(suite.tokens) > 250
    before, fetches = peak(), suite.get("seen").get("/keys", 0)
    failures = []
    with ScalekitClient(suite.url, "skc_1", "secret") as client:
        # Twice, because the signature cache must not change the result.
        for case in [*suite.tokens, *suite.tokens]:
            token, options = join(case["token"]).decode(), checks(case)
            claims, message = run(
                case["name"],
                lambda token=token, options=options: client.validate_token(token, options),
                ScalekitValidateTokenFailureException,
            )
            is_valid = client.validate_access_token(token, options)
            if is_wrong(case, claims, message) or is_valid is not case["accepted"]:
                failures.append((case["name"], message, is_valid))
            scopes = case["required_scopes"]
            if scopes and case["issuer"] is None and not case["audience"]:
                verified = run(
                    case["name"],
                    lambda token=token, scopes=scopes: client.verify_scopes(token, scopes),
                    ScalekitValidateTokenFailureException,
                )
                if verified[0] is not (True if case["accepted"] else None):
                    failures.append((case["name"], "verify_scopes", verified))
    assert not failures
    assert peak() - before < MAX_GROWTH
    seen = suite.get("seen")
    assert "/attacker-keys" not in seen, "the client must not fetch URLs from tokens"
    assert seen["/keys"] - fetches <= 2


def test_tokens_async(suite: Suite) -> None:
    async def validate() -> list[Any]:
        client = AsyncScalekitClient(suite.url, "skc_1", "secret")
        failures = []
        for case in suite.tokens:
            claims, message = None, None
            try:
                claims = await client.validate_token(join(case["token"]).decode(), checks(case))
            except ScalekitValidateTokenFailureException as error:
                message = error.message
            if is_wrong(case, claims, message):
                failures.append((case["name"], message))
        client.close()
        return failures

    assert not asyncio.run(validate())


@pytest.mark.parametrize("client_class", [ScalekitClient, AsyncScalekitClient])
def test_payloads(suite: Suite, client_class: type[ScalekitClient | AsyncScalekitClient]) -> None:
    assert len(suite.payloads) > 150
    before = peak()
    failures = []
    client = client_class("https://acme.scalekit.com", "skc_1", "secret")
    for case in suite.payloads:
        verify = (
            client.verify_interceptor_payload
            if case["interceptor"]
            else client.verify_webhook_payload
        )
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
            failures.append((case["name"], message))
    client.close()
    assert not failures
    assert peak() - before < MAX_GROWTH

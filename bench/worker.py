"""`worker.py TASK URL FILE [THREADS]`: one side of a comparison, in the environment of whoever runs it.

Says `ready`, then answers every line on its standard input with the microseconds that one operation took,
measured over about 20 ms, or 100 ms with several threads. URL serves the keys; FILE is what `crypto make`
wrote.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import threading
import time
from collections.abc import Callable
from itertools import cycle, islice, repeat

# One of these does so many operations.
Run = Callable[[int], None]
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
# What comes along in a request, beside the three that matter.
USUAL = {
    "host": "app.example.com",
    "user-agent": "Scalekit-Webhooks/1.0",
    "accept": "*/*",
    "accept-encoding": "gzip",
    "content-type": "application/json",
    "content-length": "500",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": "https",
}


def client(url: str, **options: int):
    from scalekit import ScalekitClient

    return ScalekitClient(url, "skc_17002334227791970", "secret", **options)


def each(call: Callable[[str], object], tokens: list[str]) -> Run:
    source = cycle(tokens)

    def run(count: int) -> None:
        for token in islice(source, count):
            call(token)

    return run


def same(call: Callable[[], object]) -> Run:
    def run(count: int) -> None:
        for _ in repeat(None, count):
            call()

    return run


def validating(url: str, tokens: list[str], **options: int) -> Run:
    try:
        made = client(url, **options)
    except TypeError:
        # Today's SDK, and versions of ours that remember no signature: nothing to be turned off.
        made = client(url)
    assert made.validate_access_token(tokens[0]) is True
    assert made.validate_access_token(tokens[0][:-8] + "AAAAAAAA") is False
    return each(made.validate_access_token, tokens)


def token(url: str, tokens: list[str]) -> Run:
    return validating(url, tokens, token_cache_size=0)


def token_again(url: str, tokens: list[str]) -> Run:
    return validating(url, tokens[:1])


def token_pyjwt(url: str, tokens: list[str]) -> Run:
    import jwt

    key = jwt.PyJWKClient(f"{url}/keys").get_signing_key_from_jwt(tokens[0])
    options = {"verify_aud": False}
    assert jwt.decode(tokens[0], key, ["RS256"], options)["aud"]

    def decode(token: str) -> object:
        return jwt.decode(token, key, ["RS256"], options)

    return each(decode, tokens)


def delivery(size: int, **more: str) -> tuple[dict[str, str], bytes]:
    body, stamp = b"x" * size, str(int(time.time()))
    mark = base64.b64encode(hmac.digest(KEY, f"msg_1.{stamp}.".encode() + body, hashlib.sha256)).decode()
    signed = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{mark}"}
    return {**more, **signed}, body


def webhook(size: int, **more: str) -> Callable[[str, list[str]], Run]:
    def make(url: str, _: list[str]) -> Run:
        verify = client(url).verify_webhook_payload
        headers, body = delivery(size, **more)
        assert verify(SECRET, headers, body) is True
        return same(lambda: verify(SECRET, headers, body))

    return make


def webhook_standard(size: int) -> Callable[[str, list[str]], Run]:
    def make(_: str, __: list[str]) -> Run:
        from standardwebhooks import Webhook

        headers, body = delivery(size)
        verify = Webhook(SECRET).verify
        verify(body, headers, json_parse=False)
        return same(lambda: verify(body, headers, json_parse=False))

    return make


def authorization_url(url: str, _: list[str]) -> Run:
    from scalekit.common.scalekit import AuthorizationUrlOptions

    build = client(url).get_authorization_url
    redirect = "https://app.example.com/callback"
    # Today's SDK takes no arguments here.
    options = AuthorizationUrlOptions()
    options.state, options.organization_id = "hq9Zk2vKf0", "org_17002334227791971"
    assert "organization_id=org_17002334227791971" in build(redirect, options)
    return same(lambda: build(redirect, options))


TASKS: dict[str, Callable[[str, list[str]], Run]] = {
    "token": token,
    "token_again": token_again,
    "token_pyjwt": token_pyjwt,
    "webhook_500": webhook(500),
    "webhook_500_request": webhook(500, **USUAL),
    "webhook_200k": webhook(200_000),
    "webhook_500_standardwebhooks": webhook_standard(500),
    "webhook_200k_standardwebhooks": webhook_standard(200_000),
    "authorization_url": authorization_url,
}


def measure(runs: list[Run], count: int) -> float:
    """Seconds from the first start to the last end, each thread doing `count`."""
    times: list[tuple[float, float]] = []
    together = threading.Barrier(len(runs))

    def timed(run: Run) -> None:
        together.wait()
        started = time.perf_counter()
        run(count)
        times.append((started, time.perf_counter()))

    threads = [threading.Thread(target=timed, args=[run]) for run in runs[1:]]
    for thread in threads:
        thread.start()
    timed(runs[0])
    for thread in threads:
        thread.join()
    return max(end for _, end in times) - min(start for start, _ in times)


def serve(runs: list[Run]) -> None:
    """Say `ready`, then answer every line with the microseconds of one operation, all threads together."""
    count = 1
    # To start several threads together takes a while, which must not count.
    while measure(runs, count) < (0.02 if len(runs) == 1 else 0.1):
        count *= 2
    print("ready", flush=True)
    for _ in sys.stdin:
        print(measure(runs, count) * 1e6 / count / len(runs), flush=True)


def main() -> None:
    task, url, file, *more = sys.argv[1:]
    threads = int(more[0]) if more else 1
    with open(file) as text:
        tokens = json.load(text)["tokens"]
    # Every thread has tokens of its own.
    runs = [TASKS[task](url, tokens[number::threads]) for number in range(threads)]
    serve(runs)


if __name__ == "__main__":
    main()

"""`worker.py TASK URL FILE [THREADS]`: one side of a comparison.

Uses the packages of the environment in which it runs. URL serves the keys. FILE is the output of
`crypto make`. See `serve` for the protocol.
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

# Runs the given number of operations.
Run = Callable[[int], None]
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
# Other headers of a typical webhook request.
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
        validator = client(url, **options)
    except TypeError:
        # The official SDK and older versions of this package have no signature cache to turn off.
        validator = client(url)
    assert validator.validate_access_token(tokens[0]) is True
    assert validator.validate_access_token(tokens[0][:-8] + "AAAAAAAA") is False
    return each(validator.validate_access_token, tokens)


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


def delivery(size: int, **headers: str) -> tuple[dict[str, str], bytes]:
    body, timestamp = b"x" * size, str(int(time.time()))
    mac = base64.b64encode(
        hmac.digest(KEY, f"msg_1.{timestamp}.".encode() + body, hashlib.sha256)
    ).decode()
    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{mac}",
    }
    return {**headers, **signed}, body


def webhook(size: int, **extra: str) -> Callable[[str, list[str]], Run]:
    def make(url: str, _: list[str]) -> Run:
        verify = client(url).verify_webhook_payload
        headers, body = delivery(size, **extra)
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
    # The options of the official SDK accept no arguments.
    options = AuthorizationUrlOptions()
    options.state, options.organization_id = "hq9Zk2vKf0", "org_17002334227791971"
    assert "organization_id=org_17002334227791971" in build(redirect, options)
    return same(lambda: build(redirect, options))


def execute_tool(_: str, __: list[str]) -> Run:
    """`execute_tool` of `client.actions` with an operation that returns a prepared message."""
    from scalekit.actions import ActionClient
    from scalekit.v1.tools.tools_pb2 import ExecuteToolResponse

    mail = {"id": "19a1", "subject": "Quarterly report", "unread": True, "size": 2048}
    message = ExecuteToolResponse(execution_id="exe_17002334227791972")
    message.data.update({"mails": [mail, mail], "count": 2})

    class Tools:
        def execute_tool(self, *_: object, **__: object) -> tuple[object, None]:
            return message, None

    execute = ActionClient(Tools(), None).execute_tool
    arguments = {
        "tool_input": {"query": "is:unread", "max_results": 5},
        "tool_name": "gmail_fetch_mails",
        "identifier": "ada",
        "connection_name": "gmail",
    }
    assert execute(**arguments).data["mails"][1]["subject"] == "Quarterly report"
    return same(lambda: execute(**arguments))


def fastapi_route(guarded: bool) -> Callable[[str, list[str]], Run]:
    """A request to a route of FastAPI, with a session cookie, without a server."""

    def make(url: str, tokens: list[str]) -> Run:
        import asyncio

        from fastapi import Depends, FastAPI

        from scalekit.frameworks.fastapi import ScalekitAuth
        from scalekit.middleware.session_crypto import encrypt_session

        secret = "a secret of at least thirty-two characters"
        payload = tokens[0].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        session = {
            "user": claims,
            "access_token": tokens[0],
            "refresh_token": "r" * 64,
            "id_token": tokens[1],
            "expires_at": int(time.time()) + 3600,
        }
        app = FastAPI()
        auth = ScalekitAuth(
            client=client(url),
            redirect_uri="https://app.example.com/callback",
            cookie_encryption_secret=secret,
        )
        if guarded:
            auth.install(app)
        user = [Depends(auth.requires_auth)] if guarded else []

        @app.get("/", dependencies=user)
        async def home() -> dict[str, bool]:
            return {"ok": True}

        headers = {**USUAL, "accept": "text/html", "sec-fetch-mode": "navigate"}
        headers["cookie"] = f"sk_session={encrypt_session(session, secret)}"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": ("app.example.com", 443),
            "client": ("127.0.0.1", 1234),
        }
        statuses: set[object] = set()

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            statuses.add(message.get("status", 200))

        async def requests(count: int) -> None:
            for _ in range(count):
                await app(dict(scope), receive, send)

        loop = asyncio.new_event_loop()

        def run(count: int) -> None:
            loop.run_until_complete(requests(count))
            assert statuses == {200}

        return run

    return make


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
    "execute_tool": execute_tool,
    "fastapi_open": fastapi_route(False),
    "fastapi_guarded": fastapi_route(True),
}


def measure(runs: list[Run], count: int) -> float:
    """Runs `count` operations on each thread.

    Returns the seconds from the first start to the last end.
    """
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
    """Prints `ready`. Then prints the microseconds of an operation for each line on standard input.

    A measurement takes about 20 ms, or 100 ms with several threads. All threads count together.
    """
    count = 1
    # Several threads need longer rounds, because starting them takes time.
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
    # Each thread uses different tokens.
    runs = [TASKS[task](url, tokens[number::threads]) for number in range(threads)]
    serve(runs)


if __name__ == "__main__":
    main()

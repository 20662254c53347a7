"""Eight worker processes and 50 parallel requests to each, with a session that must be refreshed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from programs import BINARY
from redis_server import running_redis
from web_apps import fastapi_application
from web_client import Browser

from scalekit.middleware.session_crypto import decrypt_session
from scalekit.testing import Emulator

from .apps.sessions import SECRET
from .conftest import APPS, serve

WORKERS, PARALLEL = 8, 50
USER = {"id": "usr_1", "email": "ada@acme.com", "memberships": [{"organization_id": "org_1"}]}
SEED = {"organizations": [{"id": "org_1", "display_name": "Acme"}], "users": [USER]}


@contextmanager
def running_uvicorn(environment: dict[str, str], folder: Path) -> Iterator[list[str]]:
    """Starts a server for each worker, so that each one receives the same number of requests."""
    with ExitStack() as stack:
        servers = []
        for number in range(WORKERS):
            place = folder / str(number)
            place.mkdir()
            arguments = ["uvicorn", "--factory", "--host", "127.0.0.1", "--port", "0"]
            arguments.append("sessions:fastapi_app")
            servers.append(stack.enter_context(serve(environment, place, *arguments)))
        yield [server.wait_for(r"running on (http://\S+)") for server in servers]


@contextmanager
def running_gunicorn(environment: dict[str, str], folder: Path) -> Iterator[list[str]]:
    arguments = ["gunicorn", "--preload", "-w", str(WORKERS), "-k", "gthread", "--threads", "50"]
    arguments += ["-b", "127.0.0.1:0", "sessions:flask_app()"]
    with serve(environment, folder, *arguments) as server:
        yield [server.wait_for(r"Listening at: (http://\S+)")] * WORKERS


async def fetch(url: str, cookie: str) -> tuple[int, dict[str, Any]]:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"GET /me HTTP/1.0\r\nHost: app\r\nCookie: {cookie}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    status = int(head.split()[1])
    return status, json.loads(body) if status == 200 else {}


async def fetch_all(urls: list[str], cookie: str) -> list[tuple[int, dict[str, Any]]]:
    return await asyncio.gather(*(fetch(url, cookie) for url in urls for _ in range(PARALLEL)))


@pytest.fixture
def session_emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, auto_approve=True, binary=BINARY) as emulator:
        yield emulator


@pytest.mark.parametrize("shared", [False, True], ids=["without a store", "with Redis"])
@pytest.mark.parametrize("running", [running_uvicorn, running_gunicorn])
def test_a_session_is_refreshed_once(
    session_emulator: Emulator, tmp_path: Path, running: Any, shared: bool
) -> None:
    cookie = log_in(session_emulator)
    if not shared:
        accept_used_refresh_tokens(session_emulator)

    environment = {**os.environ, **session_emulator.environment, "PYTHONPATH": python_path()}
    with ExitStack() as stack:
        if shared:
            environment["TEST_REDIS_URL"] = stack.enter_context(running_redis(tmp_path))
        urls = stack.enter_context(running(environment, tmp_path))
        replies = asyncio.run(fetch_all(urls, cookie))
    assert len(replies) == WORKERS * PARALLEL
    assert {status for status, _ in replies} == {200}, "no user is signed out"
    processes = {body["pid"] for _, body in replies}
    if running is running_uvicorn:
        assert len(processes) == WORKERS
    logged = session_emulator.requests(path="/oauth/token")
    refreshes = sum("refresh_token" in str(one["body"]) for one in logged)
    assert refreshes == (1 if shared else len(processes))


def log_in(emulator: Emulator) -> str:
    """Returns the session cookie of a login."""
    client = emulator.async_client()
    options: Any = {"redirect_uri": "https://app.example.com/callback", "client": client}
    browser = Browser(fastapi_application({"cookie_encryption_secret": SECRET, **options}))
    browser.log_in()
    client.close()
    return f"sk_session={browser.cookies['sk_session']}"


def accept_used_refresh_tokens(emulator: Emulator) -> None:
    """The service accepts a used refresh token for about 30 s, the emulator does not. Makes all
    refreshes return the tokens of another login.
    """
    session = decrypt_session(log_in(emulator).partition("=")[2], SECRET)
    names = ("access_token", "refresh_token", "id_token")
    tokens = {name: session[name] for name in names}
    emulator.fault("oauth.token", status=200, json={**tokens, "expires_in": 3600})


def python_path() -> str:
    return os.pathsep.join([str(APPS), os.environ.get("PYTHONPATH", "")])

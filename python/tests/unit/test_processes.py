"""Tests that forked processes can use the client of their parent."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from signer import Signer
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

from scalekit import AsyncScalekitClient, ScalekitClient

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork"),
    # Python 3.12 warns about a fork in a process with threads, which these tests need.
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
PATH = "/api/v1/organizations/org_1"
RESPONSE = Response(body={"organization": {"id": "org_1"}})


def in_child(work: Callable[[], bool], seconds: float = 10) -> bool:
    """Returns ``True`` if `work` succeeds in a forked child within `seconds`."""
    child = os.fork()
    if child == 0:
        succeeded = False
        try:
            signal.alarm(int(seconds))
            succeeded = work()
        finally:
            os._exit(0 if succeeded else 1)
    _, status = os.waitpid(child, 0)
    return status == 0


def get(client: ScalekitClient) -> bool:
    return client.organization.get_organization("org_1")[0].organization.id == "org_1"


def test_a_forked_child_can_call_after_calls_of_the_parent(
    client: ScalekitClient, server: StubServer, signer: Signer
) -> None:
    server.on(PATH, RESPONSE)
    token = signer.sign()
    assert get(client)
    assert client.validate_access_token(token)
    assert in_child(lambda: get(client) and get(client))
    assert in_child(lambda: client.validate_access_token(token))
    assert in_child(lambda: in_child(lambda: get(client)) and get(client))
    assert get(client)
    # The child uses the token and the keys of its parent.
    assert (server.count("/oauth/token"), server.count("/keys")) == (1, 1)


def test_a_forked_child_can_call_during_calls_of_the_parent(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            get(client)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            assert in_child(lambda: get(client))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_forked_child_can_drop_an_unused_client(server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    clients = [ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET)]
    assert get(clients[0])

    def drop() -> bool:
        clients.clear()
        return True

    assert in_child(drop)
    assert get(clients[0])


def test_parent_and_child_can_use_event_loops(
    async_client: AsyncScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)

    async def call() -> bool:
        calls = (async_client.organization.get_organization("org_1") for _ in range(5))
        return all(
            message.organization.id == "org_1" for message, _ in await asyncio.gather(*calls)
        )

    assert asyncio.run(call())
    assert in_child(lambda: asyncio.run(call()))


def test_forked_process_pools_can_use_the_client(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(PATH, RESPONSE)
    assert get(client)
    global shared
    shared = client
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(get_shared, range(8)) == [True] * 8


shared: ScalekitClient


def get_shared(_: int) -> bool:
    return get(shared)


def test_gunicorn_workers_can_use_a_preloaded_client(server: StubServer, tmp_path: Path) -> None:
    server.on(PATH, RESPONSE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "app.py").write_text(
        textwrap.dedent(f"""
            import os
            from scalekit import ScalekitClient

            client = ScalekitClient({server.url!r}, {CLIENT_ID!r}, {CLIENT_SECRET!r})
            client.organization.get_organization("org_1")
            loaded_in = os.getpid()

            def app(environ, start_response):
                message, _ = client.organization.get_organization("org_1")
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [f"{{message.organization.id}} {{loaded_in != os.getpid()}}".encode()]
        """)
    )
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--preload",
        "-w",
        "2",
        "-b",
        f"127.0.0.1:{port}",
        "app:app",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        try:
            bodies = {fetch(f"http://127.0.0.1:{port}/") for _ in range(6)}
        finally:
            process.terminate()
            _, log = process.communicate(timeout=20)
    assert bodies == {"org_1 True"}, log


def fetch(url: str) -> str:
    end = time.monotonic() + 15
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                text: str = response.read().decode()
                return text
        except (ConnectionError, urllib.request.URLError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)

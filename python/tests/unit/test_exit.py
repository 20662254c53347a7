"""Tests the exit of a process while the client's threads still use an event loop."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

PATH = "/api/v1/organizations/org_1"
RESPONSE = Response(body={"organization": {"id": "org_1"}})
START = """
import asyncio
import atexit
import os
import sys
import threading
import time


class LateLoop(asyncio.SelectorEventLoop):
    '''An event loop whose wake-ups block their thread for a while, as on a busy machine.'''

    def call_soon_threadsafe(self, callback, *args, context=None):
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.3)
        return handle


class SlowFinalizer:
    '''Delays the interpreter's finalization until the wake-ups need the GIL again.'''

    def __del__(self, sleep=time.sleep):
        sleep(0.6)


sys.slow_finalizer = SlowFinalizer()


async def get(client):
    message, _ = await client.organization.get_organization("org_1")
    # One write for each line, because threads write concurrently.
    os.write(1, f"{message.organization.id}\\n".encode())


def run(work):
    loop = LateLoop()
    loop.run_until_complete(work)
    loop.close()

"""


def run_script(server: StubServer, script: str) -> tuple[int, list[str], str]:
    """Runs `script` in a new process.

    Returns the exit code, the words of the output, and the standard error.
    """
    environment = {
        **os.environ,
        "SCALEKIT_ENVIRONMENT_URL": server.url,
        "SCALEKIT_CLIENT_ID": CLIENT_ID,
        "SCALEKIT_CLIENT_SECRET": CLIENT_SECRET,
    }
    command = [sys.executable, "-c", START + textwrap.dedent(script)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return process.returncode, process.stdout.split(), process.stderr


def test_a_process_exits_cleanly_right_after_a_response(server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    script = """
        from scalekit import AsyncScalekitClient

        run(get(AsyncScalekitClient.from_env()))
    """
    assert run_script(server, script) == (0, ["org_1"], "")


def test_a_process_exits_cleanly_after_responses_on_several_loops(server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    script = """
        from scalekit import AsyncScalekitClient

        client = AsyncScalekitClient.from_env()
        threads = [threading.Thread(target=run, args=(get(client),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        run(get(client))
    """
    assert run_script(server, script) == (0, ["org_1"] * 4, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_does_not_wait_for_threads_of_its_parent(server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    script = """
        from scalekit import AsyncScalekitClient

        client = AsyncScalekitClient.from_env()
        run(get(client))
        child = os.fork()
        if child == 0:
            run(get(client))
        else:
            _, status = os.waitpid(child, 0)
            print(status)
    """
    assert run_script(server, script) == (0, ["org_1", "org_1", "0"], "")


def test_a_call_during_interpreter_shutdown_fails_and_does_not_hang(server: StubServer) -> None:
    server.on(PATH, RESPONSE)
    script = """
        def late():
            try:
                asyncio.run(get(client))
            except ScalekitException as error:
                print(error)

        atexit.register(late)

        from scalekit import AsyncScalekitClient, ScalekitException

        client = AsyncScalekitClient.from_env()
        asyncio.run(get(client))
    """
    assert run_script(server, script) == (
        0,
        ["org_1", "the", "interpreter", "is", "shutting", "down"],
        "",
    )

"""The end of the process, while the client's threads still talk to an event loop."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest
from stub_server import CLIENT_ID, CLIENT_SECRET, Reply, StubServer

PATH = "/api/v1/organizations/org_1"
ANSWER = Reply(body={"organization": {"id": "org_1"}})
START = """
import asyncio
import atexit
import os
import sys
import threading
import time


class LateLoop(asyncio.SelectorEventLoop):
    '''Its wake-ups get the GIL back long after they have done their work, as on a busy machine.'''

    def call_soon_threadsafe(self, callback, *args, context=None):
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.3)
        return handle


class Lingering:
    '''Keeps the interpreter busy taking itself down until the wake-ups want it back.'''

    def __del__(self, sleep=time.sleep):
        sleep(0.6)


sys.lingering = Lingering()


async def get(client):
    message, _ = await client.organization.get_organization("org_1")
    # In one piece, since threads do so at the same time.
    os.write(1, f"{message.organization.id}\\n".encode())


def run(work):
    loop = LateLoop()
    loop.run_until_complete(work)
    loop.close()

"""


def ended(server: StubServer, script: str) -> tuple[int, list[str], str]:
    """The exit code of a process that runs `script`, the lines it wrote, and what it complained of."""
    environment = {
        **os.environ,
        "SCALEKIT_ENVIRONMENT_URL": server.url,
        "SCALEKIT_CLIENT_ID": CLIENT_ID,
        "SCALEKIT_CLIENT_SECRET": CLIENT_SECRET,
    }
    command = [sys.executable, "-c", START + textwrap.dedent(script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.split(), done.stderr


def test_a_process_ends_well_right_after_an_answer(server: StubServer) -> None:
    server.on(PATH, ANSWER)
    script = """
        from scalekit import AsyncScalekitClient

        run(get(AsyncScalekitClient.from_env()))
    """
    assert ended(server, script) == (0, ["org_1"], "")


def test_a_process_ends_well_after_answers_on_several_loops(server: StubServer) -> None:
    server.on(PATH, ANSWER)
    script = """
        from scalekit import AsyncScalekitClient

        client = AsyncScalekitClient.from_env()
        threads = [threading.Thread(target=run, args=(get(client),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        run(get(client))
    """
    assert ended(server, script) == (0, ["org_1"] * 4, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_does_not_wait_for_the_threads_of_its_parent(server: StubServer) -> None:
    server.on(PATH, ANSWER)
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
    assert ended(server, script) == (0, ["org_1", "org_1", "0"], "")


def test_a_call_at_the_very_end_is_refused_and_does_not_hang(server: StubServer) -> None:
    server.on(PATH, ANSWER)
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
    assert ended(server, script) == (0, ["org_1", "the", "interpreter", "is", "shutting", "down"], "")

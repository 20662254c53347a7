"""The example applications: how to start each of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from programs import ROOT

from scalekit.testing import Emulator

SESSIONS = ROOT / "examples/sessions"
NEXT = ROOT / "target/consumers/sessions-next"
SECRET = "a secret of at least thirty-two characters"


@dataclass(frozen=True)
class Command:
    """The command that starts an application. ``{port}`` is the port."""

    folder: Path
    arguments: tuple[str, ...]


def python(*arguments: str) -> Command:
    return Command(SESSIONS / "python", (sys.executable, *arguments))


def node(file: str) -> Command:
    return Command(SESSIONS / "node", ("node", file))


COMMANDS = {
    "flask": python("-m", "flask", "--app", "flask_app", "run", "--port", "{port}"),
    "fastapi": python("-m", "uvicorn", "fastapi_app:app", "--port", "{port}"),
    "django": python("django_app.py", "{port}"),
    "express": node("express.mjs"),
    "fastify": node("fastify.mjs"),
    "hono": node("hono.mjs"),
    "edge": node("edge.mjs"),
    "next": Command(NEXT, ("node", "node_modules/next/dist/bin/next", "start", "-p", "{port}")),
    "axum": Command(SESSIONS, (str(ROOT / "target/debug/examples/sessions-axum"),)),
}


@dataclass(frozen=True)
class Application:
    """A running application."""

    name: str
    url: str


@contextmanager
def running(name: str, emulator: Emulator) -> Iterator[Application]:
    """Runs an application that receives the webhooks of the emulator."""
    command = COMMANDS[name]
    port = free_port()
    # The emulator is at 127.0.0.1, so both are different sites.
    url = f"http://localhost:{port}"
    webhook = {"url": f"http://127.0.0.1:{port}/webhook", "events": ["session.*"]}
    endpoint = emulator.admin("POST", "webhooks", webhook)
    environment = {
        **os.environ,
        **emulator.environment,
        "APP_URL": url,
        "PORT": str(port),
        "COOKIE_SECRET": SECRET,
        "WEBHOOK_SECRET": endpoint["secret"],
    }
    arguments = [argument.format(port=port) for argument in command.arguments]
    output = ROOT / f"target/examples-{name}.log"
    with (
        output.open("w") as log,
        subprocess.Popen(
            arguments, cwd=command.folder, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_for(port, process, output)
            yield Application(name, url)
        finally:
            process.send_signal(signal.SIGTERM)
            emulator.admin("DELETE", f"webhooks/{endpoint['id']}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    """Waits until the application accepts connections."""
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"not started: {output.read_text()}") from None
            time.sleep(0.05)

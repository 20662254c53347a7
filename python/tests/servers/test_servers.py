"""Clients in web servers, task queues and process pools."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .apps.queue_app import queue_app
from .conftest import APPS, START_TIMEOUT_S, Server, serve

PATHS = ["/sync", "/async"] * 6
# Ignores the proxy settings of the machine: all servers listen on a loopback address.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url: str) -> dict[str, Any]:
    with OPENER.open(url, timeout=START_TIMEOUT_S) as response:
        found: dict[str, Any] = json.load(response)
    return found


def fetch_all(server: Server, listening: str) -> list[dict[str, Any]]:
    """Sends four requests at a time and returns all responses."""
    url = server.wait_for(listening)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(fetch, [url + path for path in PATHS]))
    assert [one["organization"] for one in found] == ["Forked Inc"] * len(PATHS)
    return found


@pytest.mark.parametrize(
    ("worker", "application"),
    [("sync", "web:wsgi"), ("gthread", "web:wsgi"), ("uvicorn_worker.UvicornWorker", "web:asgi")],
)
def test_gunicorn_forks_workers_after_it_has_loaded_the_application(
    environment: dict[str, str], tmp_path: Path, worker: str, application: str
) -> None:
    arguments = ["gunicorn", "--preload", "-w", "2", "-b", "127.0.0.1:0", "-k", worker, application]
    with serve(environment, tmp_path, *arguments) as server:
        found = fetch_all(server, r"Listening at: (http://\S+)")
        assert {one["created_in"] for one in found} == {server.process.pid}, server.log()
        assert server.process.pid not in {one["called_in"] for one in found}


def test_uvicorn_spawns_workers_that_create_their_own_clients(
    environment: dict[str, str], tmp_path: Path
) -> None:
    arguments = ["uvicorn", "--workers", "2", "--host", "127.0.0.1", "--port", "0", "web:asgi"]
    with serve(environment, tmp_path, *arguments) as server:
        # The parent logs its address before a worker listens.
        server.wait_for("(Application startup complete)")
        found = fetch_all(server, r"Uvicorn running on (http://\S+)")
        assert all(one["created_in"] == one["called_in"] for one in found), server.log()
        assert server.process.pid not in {one["called_in"] for one in found}


def test_celery_forks_workers_after_it_has_loaded_the_tasks(
    environment: dict[str, str], tmp_path: Path
) -> None:
    app = queue_app(tmp_path)
    environment = {**environment, "TEST_QUEUE": str(tmp_path)}
    arguments = ["celery", "-A", "tasks", "worker", "-P", "prefork", "-c", "2", "--without-gossip"]
    arguments += ["--without-mingle", "--without-heartbeat", "-l", "INFO"]
    with serve(environment, tmp_path, *arguments) as server:
        sent = [app.send_task(name) for name in ("sync", "async") * 4]
        found = [task.get(timeout=START_TIMEOUT_S, interval=0.02) for task in sent]
    assert [one["organization"] for one in found] == ["Forked Inc"] * len(sent)
    assert {one["created_in"] for one in found} == {server.process.pid}, server.log()
    assert server.process.pid not in {one["called_in"] for one in found}


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_calls_in_children_and_in_the_parent(
    environment: dict[str, str], method: str
) -> None:
    done = subprocess.run(
        [sys.executable, str(APPS / "pools.py"), method],
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["organization"] for one in found] == ["Forked Inc"] * 10
    children, parent = found[:-2], found[-1]["called_in"]
    assert all(one["called_in"] != parent for one in children)
    # Only a forked process uses the clients that its parent created.
    assert all((one["created_in"] == parent) == (method == "fork") for one in children)

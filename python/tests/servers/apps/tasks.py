"""The tasks of a Celery worker: a call of each client."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from clients import awaitable, blocking
from queue_app import queue_app

app = queue_app(Path(os.environ["TEST_QUEUE"]))


@app.task(name="sync")
def call_blocking() -> dict[str, object]:
    return blocking()


@app.task(name="async")
def call_awaitable() -> dict[str, object]:
    return asyncio.run(awaitable())

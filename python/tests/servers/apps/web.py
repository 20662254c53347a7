"""WSGI and ASGI applications: ``/sync`` uses the blocking client, ``/async`` the async client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from clients import awaitable, blocking


def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    found = blocking() if environ["PATH_INFO"] == "/sync" else asyncio.run(awaitable())
    start_response("200 OK", [("content-type", "application/json")])
    return [json.dumps(found).encode()]


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    found = await asyncio.to_thread(blocking) if scope["path"] == "/sync" else await awaitable()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(found).encode()})

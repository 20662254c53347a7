"""A blocking and an awaitable client, made and used when this module is imported.

A server that loads its application before it forks has them in the parent, with a token and connections.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from scalekit import AsyncScalekitClient, ScalekitClient

ORGANIZATION = os.environ["TEST_ORGANIZATION"]

made_in = os.getpid()
client = ScalekitClient.from_env(call_timeout_s=15)
aclient = AsyncScalekitClient.from_env(call_timeout_s=15)


def blocking() -> dict[str, object]:
    """The organization by the blocking client, and in which processes client and call were made."""
    message, _ = client.organization.get_organization(ORGANIZATION)
    return answer(message.organization.display_name)


async def awaitable() -> dict[str, object]:
    """The same by the awaitable client."""
    message, _ = await aclient.organization.get_organization(ORGANIZATION)
    return answer(message.organization.display_name)


def answer(name: str) -> dict[str, object]:
    return {"organization": name, "made_in": made_in, "called_in": os.getpid()}


blocking()
# In a thread, since uvicorn imports applications while its event loop runs.
with ThreadPoolExecutor(1) as thread:
    thread.submit(lambda: asyncio.run(awaitable())).result()

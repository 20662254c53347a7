"""A blocking and an async client that are created and used when this module is imported.

If a server loads its application before it forks, both clients have a token and open connections in
the parent process.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from scalekit import AsyncScalekitClient, ScalekitClient

ORGANIZATION = os.environ["TEST_ORGANIZATION"]

created_in = os.getpid()
client = ScalekitClient.from_env(call_timeout_s=15)
aclient = AsyncScalekitClient.from_env(call_timeout_s=15)


def blocking() -> dict[str, object]:
    """Fetches the organization with the blocking client. See `report`."""
    message, _ = client.organization.get_organization(ORGANIZATION)
    return report(message.organization.display_name)


async def awaitable() -> dict[str, object]:
    """Fetches the organization with the async client. See `report`."""
    message, _ = await aclient.organization.get_organization(ORGANIZATION)
    return report(message.organization.display_name)


def report(name: str) -> dict[str, object]:
    """Returns the organization, and the processes that created the client and made the call."""
    return {"organization": name, "created_in": created_in, "called_in": os.getpid()}


blocking()
# In a thread, because uvicorn imports applications while its event loop runs.
with ThreadPoolExecutor(1) as thread:
    thread.submit(lambda: asyncio.run(awaitable())).result()

"""``pools.py METHOD``: calls by both clients in a pool of processes that METHOD starts."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys

from clients import awaitable, blocking


def work(kind: str) -> dict[str, object]:
    return blocking() if kind == "sync" else asyncio.run(awaitable())


if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        found = pool.map(work, ["sync", "async"] * 4, chunksize=1)
    # The parent goes on as well.
    print(json.dumps([*found, blocking(), asyncio.run(awaitable())]))

"""``pools.py METHOD``: makes calls with both clients in a process pool.

METHOD is the start method of the processes. Prints the results as JSON.
"""

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
    # The clients of the parent still work.
    print(json.dumps([*found, blocking(), asyncio.run(awaitable())]))

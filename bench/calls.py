"""`calls.py ORGANIZATION_ID THREADS REQUESTS`: as many get_organization calls through the installed wheel.

Prints the seconds they took, after a warm-up, and the median of one call in microseconds: the twin of
`floor`.
"""

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from scalekit import ScalekitClient

organization_id, threads, requests = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = ScalekitClient.from_env()


def work(count: int) -> list[float]:
    times = []
    for _ in range(count):
        started = time.perf_counter()
        client.organization.get_organization(organization_id)
        times.append((time.perf_counter() - started) * 1e6)
    return times


with ThreadPoolExecutor(threads) as pool:
    list(pool.map(work, [requests // 5 // threads] * threads))
    begun = time.perf_counter()
    taken = [one for times in pool.map(work, [requests // threads] * threads) for one in times]
    seconds = time.perf_counter() - begun
print(json.dumps({"seconds": seconds, "median_us": statistics.median(taken)}))

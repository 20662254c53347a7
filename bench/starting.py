"""`starting.py EMULATOR`: measures the time from `Emulator()` to the first response, in ms."""

from __future__ import annotations

import statistics
import sys
import time

from scalekit.testing import Emulator

times = []
for _ in range(11):
    started = time.perf_counter()
    with Emulator(binary=sys.argv[1]) as emulator, emulator.client() as client:
        client.organization.list_organizations(page_size=1)
        times.append((time.perf_counter() - started) * 1000)
print(statistics.median(times))

"""gevent: calls work after monkey patching, and run at the same time in the thread pool."""

import os
import subprocess
import sys

from scalekit.testing import Emulator

OPERATION = "OrganizationService.ListOrganization"
PROGRAM = """
from gevent import monkey
monkey.patch_all()
import gevent
from scalekit import ScalekitClient

client = ScalekitClient.from_env()
switches = 0

def count():
    global switches
    while True:
        switches += 1
        gevent.sleep(0)

def during(spawn):
    before = switches
    calls = [spawn(client.organization.list_organizations, page_size=1) for _ in range(3)]
    gevent.joinall(calls)
    for call in calls:
        call.get()
    return switches - before

gevent.spawn(count)
gevent.sleep(0)
# One switch before and one after each call.
print("greenlets", during(gevent.spawn) <= 6)
print("thread pool", during(gevent.get_hub().threadpool.spawn) > 6)
"""


def test_calls_in_greenlets_and_in_the_thread_pool(emulator: Emulator) -> None:
    emulator.fault(OPERATION, delay_ms=100, times=6)
    environment = {**os.environ, **emulator.environment}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["greenlets True", "thread pool True"]

"""Measures start time, memory and read throughput of an emulator with many rows."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from report import ROOT, row
from turns import Command, take_turns

ORGANIZATIONS, USERS = 10_000, 100_000
#: Concurrent requests. One thread of `load` sends them. More threads would take CPU time from the
#: emulator.
CONNECTIONS = 16
#: A round takes about 200 ms.
ROUNDS = 20
#: The number of different rows to read.
PATHS = 1000
FIRST = 100_000_000_000_000_000
GIVEN = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret", "Ken", "Radia", "Tim"]
FAMILY = [
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Hamilton",
    "Thompson",
    "Perlman",
    "Lee",
]


def organization(number: int) -> dict[str, Any]:
    return {
        "id": f"org_{FIRST + number}",
        "display_name": f"Organization {number}",
        "external_id": f"customer-{number}",
        "region_code": "US",
        "metadata": {"plan": "pro"},
    }


def user(number: int) -> dict[str, Any]:
    given, family = GIVEN[number % 10], FAMILY[number // 10 % 10]
    customer = number // (USERS // ORGANIZATIONS)
    role = "member" if number % (USERS // ORGANIZATIONS) else "admin"
    return {
        "id": f"usr_{FIRST + number}",
        "email": f"{given}.{family}.{number}@customer-{customer}.example".lower(),
        "external_id": f"user-{number}",
        "user_profile": {
            "id": f"usp_{FIRST + number}",
            "given_name": given,
            "family_name": family,
            "name": f"{given} {family}",
            "locale": "en-US",
        },
        "memberships": [
            {
                "organization_id": f"org_{FIRST + customer}",
                "membership_status": "ACTIVE",
                "roles": [{"name": role}],
            }
        ],
    }


class LoadedEmulator:
    """A running emulator with many rows."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process = process
        lines = [process.stdout.readline().removeprefix("export ").strip() for _ in range(3)]
        variables = dict(line.split("=", 1) for line in lines)
        self.url = variables["SCALEKIT_ENVIRONMENT_URL"]
        form = {
            "grant_type": "client_credentials",
            "client_id": variables["SCALEKIT_CLIENT_ID"],
            "client_secret": variables["SCALEKIT_CLIENT_SECRET"],
        }
        with urllib.request.urlopen(
            f"{self.url}/oauth/token", urllib.parse.urlencode(form).encode()
        ) as response:
            self.token: str = json.load(response)["access_token"]

    def mib(self, figure: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(figure))
        return int(line.split()[1]) / 1024

    def milliseconds(self, path: str) -> float:
        """Returns the median time of a request on a new connection, in milliseconds."""
        request = urllib.request.Request(
            f"{self.url}{path}", headers={"authorization": f"Bearer {self.token}"}
        )
        times = []
        for _ in range(9):
            started = time.perf_counter()
            with urllib.request.urlopen(request) as response:
                response.read()
            times.append((time.perf_counter() - started) * 1000)
        return statistics.median(times)

    def load(self, name: str, paths: list[str]) -> Command:
        file = ROOT / f"target/bench/paths-{name}.txt"
        file.write_text("\n".join(paths))
        return (ROOT / "target/release/load", self.url, self.token, str(CONNECTIONS), file)


@contextmanager
def loaded() -> Iterator[LoadedEmulator]:
    seed = ROOT / "target/bench/seed.json"
    seed.parent.mkdir(parents=True, exist_ok=True)
    rows = {
        "organizations": [organization(number) for number in range(ORGANIZATIONS)],
        "users": [user(number) for number in range(USERS)],
    }
    seed.write_text(json.dumps(rows))
    started = time.perf_counter()
    command = [ROOT / "target/release/scalekit-emulator", "--port", "0", "--seed", seed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            emulator = LoadedEmulator(process)
            row(
                "emulator.loaded.start_ms",
                (time.perf_counter() - started) * 1000,
                "ms",
                "seed loaded",
            )
            yield emulator
        finally:
            process.terminate()


def emulator() -> None:
    with loaded() as running:
        rows = f"{ORGANIZATIONS} organizations, {USERS} users"
        row("emulator.loaded.memory_mib", running.mib("VmRSS"), "MiB", rows)
        row(
            "emulator.loaded.memory_peak_mib", running.mib("VmHWM"), "MiB", "while loading the seed"
        )
        indexes = range(PATHS)
        times = take_turns(
            {
                "organization": running.load(
                    "organization",
                    [f"/api/v1/organizations/org_{FIRST + index * 10}" for index in indexes],
                ),
                "user": running.load(
                    "user", [f"/api/v1/users/usr_{FIRST + index * 97}" for index in indexes]
                ),
            },
            rounds=ROUNDS,
        )
        for name, values in times.items():
            low, high = 1e6 / max(values), 1e6 / min(values)
            goal = f"at least 20000, with one load thread ({low:.0f} to {high:.0f})"
            row(f"emulator.loaded.{name}_reads_per_s", 1e6 / statistics.median(values), "/s", goal)
        row("emulator.loaded.memory_mib.after", running.mib("VmRSS"), "MiB", "after the reads")
        search = "/api/v1/users:search?query=turing.99"
        row(
            "emulator.loaded.search_users_ms", running.milliseconds(search), "ms", "scans all users"
        )
        count = "/api/v1/roles/member/users:count"
        row("emulator.loaded.count_role_ms", running.milliseconds(count), "ms", "")

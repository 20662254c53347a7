"""Measures what a guard adds to a route of FastAPI, for a request with a valid session.

The same route without a guard runs in turns with it, so that the time of FastAPI is not counted.
"""

from __future__ import annotations

import statistics

from key_server import key_server
from report import OFFICIAL, PYTHON, row
from turns import WORKER, take_turns


def guards() -> None:
    with key_server(2) as (url, token_file):
        sides = {
            name: (python, WORKER, f"fastapi_{task}", url, token_file)
            for name, python, task in (
                ("open", PYTHON, "open"),
                ("ours", PYTHON, "guarded"),
                ("open_official", OFFICIAL, "open"),
                ("official", OFFICIAL, "guarded"),
            )
        }
        times = take_turns(sides)
    key = "python.fastapi_guard"
    row(f"{key}.route_us", statistics.median(times["open"]), "us", "the route without a guard")
    for name, guarded, route, goal in (
        (f"{key}_us", "ours", "open", "at most 60: added by the guard"),
        (f"{key}_us.official", "official", "open_official", "scalekit-sdk-python"),
    ):
        added = [one - other for one, other in zip(times[guarded], times[route], strict=True)]
        row(name, statistics.median(added), "us", goal)

"""get_organization over a kept-alive loopback connection, beside the same request by a bare program."""

from __future__ import annotations

import json
import os
import statistics

from report import PYTHON, ROOT, output, ratio_row, row
from turns import Command, ratios, take_turns


def calling() -> None:
    made = json.loads(output(PYTHON, ROOT / "bench/setup.py"))
    organization = made["organization_id"]
    url = f"{os.environ['SCALEKIT_ENVIRONMENT_URL']}/api/v1/organizations/{organization}"
    floor: Command = (ROOT / "target/release/floor", url, made["token"])
    calls: Command = (PYTHON, ROOT / "bench/calls.py")

    one = take_turns({"floor": (*floor, "1"), "ours": (*calls, "client", organization, "1")})
    key = "python.get_organization.one_thread"
    row(f"{key}.floor_us", statistics.median(one["floor"]), "us", "bare reqwest")
    row(f"{key}_us", statistics.median(one["ours"]), "us", "")
    ratio_row(f"{key}.ratio", ratios(one, "ours", "floor"), "at most 1.5")

    eight = take_turns(
        {
            "floor": (*floor, "8"),
            "ours": (*calls, "client", organization, "8"),
            "sockets": (*calls, "sockets", organization, "8"),
        }
    )
    key = "python.get_organization.eight_threads"
    row(f"{key}.floor_per_s", 1e6 / statistics.median(eight["floor"]), "/s", "bare reqwest, 8 tasks")
    row(f"{key}_per_s", 1e6 / statistics.median(eight["ours"]), "/s", "")
    ratio_row(f"{key}.ratio", ratios(eight, "floor", "ours"), "at least 0.8")
    best = "plain sockets and the two messages: the most that Python's threads can reach"
    ratio_row(f"{key}.ratio.sockets", ratios(eight, "floor", "sockets"), best)

"""Compares get_organization over a kept-alive connection with the same request by plain reqwest."""

from __future__ import annotations

import json
import os
import statistics

from report import PYTHON, ROOT, output, ratio_row, row
from turns import Command, ratios, take_turns


def calling() -> None:
    created = json.loads(output(PYTHON, ROOT / "bench/setup.py"))
    organization = created["organization_id"]
    url = f"{os.environ['SCALEKIT_ENVIRONMENT_URL']}/api/v1/organizations/{organization}"
    baseline: Command = (ROOT / "target/release/baseline", url, created["token"])
    calls: Command = (PYTHON, ROOT / "bench/calls.py")

    one = take_turns({"baseline": (*baseline, "1"), "ours": (*calls, "client", organization, "1")})
    key = "python.get_organization.one_thread"
    row(f"{key}.baseline_us", statistics.median(one["baseline"]), "us", "plain reqwest")
    row(f"{key}_us", statistics.median(one["ours"]), "us", "")
    ratio_row(f"{key}.ratio", ratios(one, "ours", "baseline"), "at most 1.5")

    eight = take_turns(
        {
            "baseline": (*baseline, "8"),
            "ours": (*calls, "client", organization, "8"),
            "sockets": (*calls, "sockets", organization, "8"),
        }
    )
    key = "python.get_organization.eight_threads"
    row(
        f"{key}.baseline_per_s",
        1e6 / statistics.median(eight["baseline"]),
        "/s",
        "plain reqwest, 8 tasks",
    )
    row(f"{key}_per_s", 1e6 / statistics.median(eight["ours"]), "/s", "")
    ratio_row(f"{key}.ratio", ratios(eight, "baseline", "ours"), "at least 0.8")
    best = "plain sockets and the two messages: the maximum that Python threads can reach"
    ratio_row(f"{key}.ratio.sockets", ratios(eight, "baseline", "sockets"), best)

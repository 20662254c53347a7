"""Measures what `client.actions` adds to an operation, beside the official SDK.

The operation returns a prepared message, so that its own time does not hide the difference.
"""

from __future__ import annotations

import statistics

from key_server import key_server
from report import OFFICIAL, PYTHON, ratio_row, row
from turns import WORKER, ratios, take_turns


def agents() -> None:
    with key_server(1) as (url, token_file):
        times = take_turns(
            {
                "ours": (PYTHON, WORKER, "execute_tool", url, token_file),
                "official": (OFFICIAL, WORKER, "execute_tool", url, token_file),
            }
        )
    key = "python.execute_tool"
    row(f"{key}.overhead_us", statistics.median(times["ours"]), "us", "at most 30")
    row(
        f"{key}.overhead_us.official",
        statistics.median(times["official"]),
        "us",
        "scalekit-sdk-python",
    )
    ratio_row(f"{key}.ratio.official", ratios(times, "ours", "official"), "")

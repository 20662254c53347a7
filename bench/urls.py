"""Building authorization URLs, beside today's SDK."""

from __future__ import annotations

import statistics

from key_server import key_server
from report import PYTHON, TODAY, ratio_row, row
from turns import WORKER, ratios, take_turns


def urls() -> None:
    with key_server(1) as (url, made):
        times = take_turns(
            {
                "ours": (PYTHON, WORKER, "authorization_url", url, made),
                "today": (TODAY, WORKER, "authorization_url", url, made),
            }
        )
    key = "python.authorization_url"
    row(f"{key}_us", statistics.median(times["ours"]), "us", "at most 2.5")
    row(f"{key}_us.today", statistics.median(times["today"]), "us", "scalekit-sdk-python")
    ratio_row(f"{key}.ratio.today", ratios(times, "ours", "today"), "")

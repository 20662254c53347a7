"""Compares building authorization URLs with the official SDK."""

from __future__ import annotations

import statistics

from key_server import key_server
from report import OFFICIAL, PYTHON, ratio_row, row
from turns import WORKER, ratios, take_turns


def urls() -> None:
    with key_server(1) as (url, token_file):
        times = take_turns(
            {
                "ours": (PYTHON, WORKER, "authorization_url", url, token_file),
                "official": (OFFICIAL, WORKER, "authorization_url", url, token_file),
            }
        )
    key = "python.authorization_url"
    row(f"{key}_us", statistics.median(times["ours"]), "us", "at most 2.5")
    row(f"{key}_us.official", statistics.median(times["official"]), "us", "scalekit-sdk-python")
    ratio_row(f"{key}.ratio.official", ratios(times, "ours", "official"), "")

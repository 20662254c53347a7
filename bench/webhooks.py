"""Verifying webhooks, beside the bare HMAC of the crypto library, standardwebhooks and today's SDK."""

from __future__ import annotations

import statistics

from key_server import CRYPTO, key_server
from report import PEERS, PYTHON, TODAY, ratio_row, row
from turns import WORKER, Command, ratios, take_turns

#: `{id}.{timestamp}.` is signed too.
BEFORE = len("msg_1.1790000000.")


def webhooks() -> None:
    with key_server(1) as (url, made):

        def side(python: object, task: str) -> Command:
            return (str(python), WORKER, task, url, made)

        for size, count in (("500", 500), ("200k", 200_000)):
            sides: dict[str, Command] = {
                "floor": (CRYPTO, "hmac", str(count + BEFORE)),
                "ours": side(PYTHON, f"webhook_{size}"),
                "standardwebhooks": side(PEERS, f"webhook_{size}_standardwebhooks"),
                "today": side(TODAY, f"webhook_{size}"),
            }
            if size == "500":
                sides["request"] = side(PYTHON, "webhook_500_request")
            times = take_turns(sides)
            median = {name: statistics.median(values) for name, values in times.items()}
            key = f"python.verify_webhook_{size}"
            row(f"{key}.floor_us", median["floor"], "us", "HMAC-SHA256 by aws-lc-rs, prepared key")
            row(f"{key}_us", median["ours"], "us", "at most 1.3" if size == "500" else "")
            if "request" in median:
                row(f"{key}_us.request", median["request"], "us", "with 8 more headers, as they come")
            ratio_row(f"{key}.ratio", ratios(times, "ours", "floor"), "" if size == "500" else "at most 1.1")
            for peer in ("standardwebhooks", "today"):
                row(f"{key}_us.{peer}", median[peer], "us", peer.replace("today", "scalekit-sdk-python"))

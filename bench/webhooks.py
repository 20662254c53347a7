"""Compares webhook verification with a plain HMAC, standardwebhooks and the official SDK."""

from __future__ import annotations

import statistics

from key_server import CRYPTO, key_server
from report import OFFICIAL, PEERS, PYTHON, ratio_row, row
from turns import WORKER, Command, ratios, take_turns

#: The length of `{id}.{timestamp}.`, which is signed together with the body.
PREFIX = len("msg_1.1790000000.")


def webhooks() -> None:
    with key_server(1) as (url, token_file):

        def side(python: object, task: str) -> Command:
            return (str(python), WORKER, task, url, token_file)

        for size, count in (("500", 500), ("200k", 200_000)):
            sides: dict[str, Command] = {
                "baseline": (CRYPTO, "hmac", str(count + PREFIX)),
                "ours": side(PYTHON, f"webhook_{size}"),
                "standardwebhooks": side(PEERS, f"webhook_{size}_standardwebhooks"),
                "official": side(OFFICIAL, f"webhook_{size}"),
            }
            if size == "500":
                sides["request"] = side(PYTHON, "webhook_500_request")
            times = take_turns(sides)
            median = {name: statistics.median(values) for name, values in times.items()}
            key = f"python.verify_webhook_{size}"
            row(
                f"{key}.baseline_us",
                median["baseline"],
                "us",
                "HMAC-SHA256 by aws-lc-rs, prepared key",
            )
            row(f"{key}_us", median["ours"], "us", "at most 1.3" if size == "500" else "")
            if "request" in median:
                row(
                    f"{key}_us.request",
                    median["request"],
                    "us",
                    "with 8 more headers, as in a real request",
                )
            ratio_row(
                f"{key}.ratio",
                ratios(times, "ours", "baseline"),
                "" if size == "500" else "at most 1.1",
            )
            for peer in ("standardwebhooks", "official"):
                row(
                    f"{key}_us.{peer}",
                    median[peer],
                    "us",
                    peer.replace("official", "scalekit-sdk-python"),
                )

"""Compares access token validation with the crypto library, PyJWT and the official SDK."""

from __future__ import annotations

import statistics

from key_server import CRYPTO, key_server
from report import OFFICIAL, PEERS, PYTHON, ratio_row, row
from turns import WORKER, Command, ratios, take_turns

#: More tokens than the signature cache can hold.
COUNT = 4096


def tokens() -> None:
    with key_server(COUNT) as (url, token_file):
        baseline: Command = (CRYPTO, "verify", token_file)
        sides: dict[str, Command] = {
            "baseline": (*baseline, "1"),
            "ours": (PYTHON, WORKER, "token", url, token_file),
            "again": (PYTHON, WORKER, "token_again", url, token_file),
            "pyjwt": (PEERS, WORKER, "token_pyjwt", url, token_file),
            "official": (OFFICIAL, WORKER, "token", url, token_file),
        }
        one = take_turns(sides)
        two = take_turns(
            {
                "baseline": (*baseline, "1"),
                "baseline_together": (*baseline, "2"),
                "ours": (PYTHON, WORKER, "token", url, token_file, "2"),
            }
        )
    key = "python.validate_token"
    row(
        f"{key}.baseline_us",
        statistics.median(one["baseline"]),
        "us",
        "RSA-2048 by aws-lc-rs, parsed key",
    )
    row(f"{key}_us", statistics.median(one["ours"]), "us", "no signature cached")
    ratio_row(f"{key}.ratio", ratios(one, "ours", "baseline"), "at most 1.2")
    row(f"{key}.again_us", statistics.median(one["again"]), "us", "at most 3: signature cached")
    row(f"{key}_us.pyjwt", statistics.median(one["pyjwt"]), "us", "PyJWT, cryptography")
    ratio_row(f"{key}.ratio.pyjwt", ratios(one, "pyjwt", "baseline"), "")
    row(f"{key}_us.official", statistics.median(one["official"]), "us", "scalekit-sdk-python")
    ratio_row(f"{key}.ratio.official", ratios(one, "official", "baseline"), "")
    # The time per token of both threads together. Ideally, two threads take half the time of one
    # thread.
    ideal = [times / 2 for times in two["baseline"]]
    row(f"{key}.two_threads_per_s", 1e6 / statistics.median(two["ours"]), "/s", "")
    row(
        f"{key}.two_threads.baseline_per_s",
        1e6 / statistics.median(ideal),
        "/s",
        "twice the baseline",
    )
    shares = [best / ours for best, ours in zip(ideal, two["ours"], strict=True)]
    ratio_row(f"{key}.two_threads.ratio", shares, "at least 0.85")
    shares = [best / both for best, both in zip(ideal, two["baseline_together"], strict=True)]
    ratio_row(f"{key}.two_threads.ratio.baseline", shares, "two threads of the baseline")

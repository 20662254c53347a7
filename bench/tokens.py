"""Validating access tokens, beside what the crypto library alone takes, PyJWT and today's SDK."""

from __future__ import annotations

import statistics

from key_server import CRYPTO, key_server
from report import PEERS, PYTHON, TODAY, ratio_row, row
from turns import WORKER, Command, ratios, take_turns

#: More than a client remembers signatures of.
COUNT = 4096


def tokens() -> None:
    with key_server(COUNT) as (url, made):
        floor: Command = (CRYPTO, "verify", made)
        sides: dict[str, Command] = {
            "floor": (*floor, "1"),
            "ours": (PYTHON, WORKER, "token", url, made),
            "again": (PYTHON, WORKER, "token_again", url, made),
            "pyjwt": (PEERS, WORKER, "token_pyjwt", url, made),
            "today": (TODAY, WORKER, "token", url, made),
        }
        one = take_turns(sides)
        two = take_turns(
            {
                "floor": (*floor, "1"),
                "floor_together": (*floor, "2"),
                "ours": (PYTHON, WORKER, "token", url, made, "2"),
            }
        )
    key = "python.validate_token"
    row(f"{key}.floor_us", statistics.median(one["floor"]), "us", "RSA-2048 by aws-lc-rs, parsed key")
    row(f"{key}_us", statistics.median(one["ours"]), "us", "every signature checked")
    ratio_row(f"{key}.ratio", ratios(one, "ours", "floor"), "at most 1.2")
    row(f"{key}.again_us", statistics.median(one["again"]), "us", "at most 3: signature remembered")
    row(f"{key}_us.pyjwt", statistics.median(one["pyjwt"]), "us", "PyJWT, cryptography")
    ratio_row(f"{key}.ratio.pyjwt", ratios(one, "pyjwt", "floor"), "")
    row(f"{key}_us.today", statistics.median(one["today"]), "us", "scalekit-sdk-python")
    ratio_row(f"{key}.ratio.today", ratios(one, "today", "floor"), "")
    # Per token, both threads together: two threads at twice the speed of one take half the time.
    ideal = [times / 2 for times in two["floor"]]
    row(f"{key}.two_threads_per_s", 1e6 / statistics.median(two["ours"]), "/s", "")
    row(f"{key}.two_threads.floor_per_s", 1e6 / statistics.median(ideal), "/s", "twice the floor's rate")
    shares = [best / mine for best, mine in zip(ideal, two["ours"], strict=True)]
    ratio_row(f"{key}.two_threads.ratio", shares, "at least 0.85")
    shares = [best / both for best, both in zip(ideal, two["floor_together"], strict=True)]
    ratio_row(f"{key}.two_threads.ratio.floor", shares, "what the machine gives two threads of the floor")

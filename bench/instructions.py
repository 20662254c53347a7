"""Counts what the hot paths take in instructions, which no other program on the machine can disturb.

`instructions.py [--accept]`, started by `make instructions`. Each figure is the difference of two runs of
different length, so that starting up does not count. More than 10 % above `bench/instructions.json` fails.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

from key_server import CRYPTO
from report import ROOT, output

PROGRAM = ROOT / "target/release/instructions"
TOKENS = ROOT / "target/bench/instructions-tokens.json"
ACCEPTED = ROOT / "bench/instructions.json"
TOLERANCE = 0.1
#: Both lengths of a run; each token of `token` and `rsa` is used once. Far apart, since starting up takes
#: some hundred thousand instructions more or less, to collect randomness.
SHORT, LONG = 100, 2600


def count(what: str, times: int) -> int:
    """All instructions of a run."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM, what, TOKENS, times]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise SystemExit(
            f"Nothing was counted: valgrind failed on `instructions {what}`.\n{done.stderr[-2000:]}"
        )
    return int(found[1])


def each(what: str) -> int:
    """The instructions of one time."""
    return round((count(what, LONG) - count(what, SHORT)) / (LONG - SHORT))


def main() -> None:
    TOKENS.parent.mkdir(parents=True, exist_ok=True)
    output(CRYPTO, "make", TOKENS, str(LONG))
    taken = {what: each(what) for what in ("token", "rsa", "token-again", "webhook", "hmac")}
    # Without what the crypto library takes: one RSA verification, one HMAC over the body.
    # Valgrind's processor has no instructions for SHA-256, so hashing would outweigh all the rest.
    figures = {
        "token": taken["token"] - taken["rsa"],
        "token_again": taken["token-again"],
        "webhook_500_bytes": taken["webhook"] - taken["hmac"],
    }
    accepted = json.loads(ACCEPTED.read_text()) if ACCEPTED.exists() else {}
    worse = better = False
    for name, value in figures.items():
        before = accepted.get(name)
        change = f"{value / before - 1:+.1%} against {before}" if before else "nothing to compare with"
        print(f"{name:<32}{value:>10} {change}")
        worse |= bool(before) and value > before * (1 + TOLERANCE)
        better |= bool(before) and value < before * (1 - TOLERANCE)
    if "--accept" in sys.argv[1:]:
        ACCEPTED.write_text(json.dumps(figures, indent=2) + "\n")
        print(f"written to {ACCEPTED.relative_to(ROOT)}")
    elif worse:
        raise SystemExit("More instructions than accepted: find out why, or accept them with --accept.")
    elif better:
        print("Over 10 % fewer than accepted: keep it so with scripts/instructions --accept.")


if __name__ == "__main__":
    main()

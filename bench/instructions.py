"""Counts the instructions of the hot paths. Other programs do not influence the count.

`instructions.py [--accept]`, started by `make instructions`. Each count is the difference between a
long and a short run, so that the start of the process does not count. The program fails if a count
exceeds `bench/instructions.json` by more than 10 %.
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
#: The repetitions of a short and a long run. The `token` and `rsa` tasks use each token once. The
#: difference must be large, because collecting randomness makes the start vary by some hundred
#: thousand instructions.
SHORT, LONG = 100, 2600


def count(task: str, times: int) -> int:
    """Returns the instructions of a whole run."""
    command = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        PROGRAM,
        task,
        TOKENS,
        times,
    ]
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    match = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not match:
        raise SystemExit(f"valgrind failed to run `instructions {task}`:\n{result.stderr[-2000:]}")
    return int(match[1])


def each(task: str) -> int:
    """Returns the instructions of one repetition."""
    return round((count(task, LONG) - count(task, SHORT)) / (LONG - SHORT))


def main() -> None:
    TOKENS.parent.mkdir(parents=True, exist_ok=True)
    output(CRYPTO, "make", TOKENS, str(LONG))
    counts = {task: each(task) for task in ("token", "rsa", "token-again", "webhook", "hmac")}
    # Subtract the crypto library: one RSA verification, one HMAC over the body. Valgrind does not
    # emulate the SHA-256 instructions of the processor, so the hash would hide the cost of
    # everything else.
    figures = {
        "token": counts["token"] - counts["rsa"],
        "token_again": counts["token-again"],
        "webhook_500_bytes": counts["webhook"] - counts["hmac"],
    }
    accepted = json.loads(ACCEPTED.read_text()) if ACCEPTED.exists() else {}
    worse = better = False
    for name, value in figures.items():
        before = accepted.get(name)
        change = (
            f"{value / before - 1:+.1%} compared with {before}" if before else "no accepted value"
        )
        print(f"{name:<32}{value:>10} {change}")
        worse |= bool(before) and value > before * (1 + TOLERANCE)
        better |= bool(before) and value < before * (1 - TOLERANCE)
    if "--accept" in sys.argv[1:]:
        ACCEPTED.write_text(json.dumps(figures, indent=2) + "\n")
        print(f"written to {ACCEPTED.relative_to(ROOT)}")
    elif worse:
        raise SystemExit(
            "Too many instructions. Find the reason, or run scripts/instructions --accept."
        )
    elif better:
        print("Over 10 % fewer instructions than accepted. Run scripts/instructions --accept.")


if __name__ == "__main__":
    main()

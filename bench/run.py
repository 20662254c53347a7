"""`run.py WIRE_REPORT [PART ...]`: measures all promised figures, or only the given parts.

Prints a table and writes `target/bench/results.json` with one number per key. Both sides of a
comparison run in alternating rounds and the result is the median, because other programs disturb
the measurement. Ratios are more reliable than times. `make bench` starts this program inside the
emulator.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from agents import agents
from calling import calling
from guards import guards
from importing import importing
from kotlin_package import kotlin_package
from node_package import node_package
from report import PYTHON, ROOT, output, results, row
from swift_package import swift_package
from tokens import tokens
from urls import urls
from webhooks import webhooks

from emulator import emulator


def transcoding(report: Path) -> None:
    """Reports the times for a page of 100 users, from the output of the wire benchmark."""
    rows = {
        "scanning the JSON with serde_json": "wire.scan_us",
        "JSON to protobuf, this crate": "wire.json_to_protobuf_us",
        "protobuf to JSON, this crate": "wire.protobuf_to_json_us",
        "JSON to protobuf, prost-reflect": "wire.json_to_protobuf_us.prost_reflect",
    }
    for line in report.read_text().splitlines():
        label, found, figures = line.partition("  ")
        if found and label in rows:
            goal = "at most 70" if label == "JSON to protobuf, this crate" else ""
            row(rows[label], float(figures.split()[0]), "us", goal)


def starting() -> None:
    """Measures the time from the start of the emulator until it prints its three variables."""
    times = []
    for _ in range(11):
        started = time.perf_counter()
        command = [ROOT / "target/release/scalekit-emulator", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            for _ in range(3):
                process.stdout.readline()
            times.append((time.perf_counter() - started) * 1000)
            process.terminate()
    row("emulator.start_ms", statistics.median(times), "ms", "at most 200")
    testing = float(
        output(PYTHON, ROOT / "bench/starting.py", ROOT / "target/release/scalekit-emulator")
    )
    row("emulator.testing_start_ms", testing, "ms", "at most 300")


def main() -> None:
    parts = {
        "importing": importing,
        "starting": starting,
        "transcoding": lambda: transcoding(Path(sys.argv[1])),
        "tokens": tokens,
        "webhooks": webhooks,
        "urls": urls,
        "calling": calling,
        "agents": agents,
        "guards": guards,
        "node": node_package,
        "kotlin": kotlin_package,
        "swift": swift_package,
        "emulator": emulator,
    }
    for name in sys.argv[2:] or parts:
        parts[name]()
    target = ROOT / "target/bench/results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

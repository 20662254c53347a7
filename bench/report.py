"""Prints the table of results and collects the results for the JSON file.

Defines the common paths.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "target/venv/bench/bin/python"
OFFICIAL = ROOT / "target/venv/official/bin/python"
PEERS = ROOT / "target/venv/peers/bin/python"

results: dict[str, float] = {}


def row(key: str, value: float, unit: str, goal: str) -> None:
    results[key] = round(value, 4)
    print(f"{key:<44}{value:>12.2f} {unit:<5} {goal}", flush=True)


def ratio_row(key: str, values: list[float], goal: str) -> None:
    """Prints the median of the ratios of all rounds, with minimum and maximum."""
    low, high = min(values), max(values)
    results[f"{key}.min"], results[f"{key}.max"] = round(low, 4), round(high, 4)
    row(
        key,
        statistics.median(values),
        "x",
        f"{goal} ({low:.2f} to {high:.2f} in {len(values)} rounds)",
    )


def output(*command: str | Path) -> str:
    return subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, text=True
    ).stdout


def seconds(*command: str | Path) -> float:
    started = time.perf_counter()
    output(*command)
    return time.perf_counter() - started

"""The table that is printed, the results that are written, and where everything lies."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "target/venv/bench/bin/python"
TODAY = ROOT / "target/venv/today/bin/python"
PEERS = ROOT / "target/venv/peers/bin/python"

results: dict[str, float] = {}


def row(key: str, value: float, unit: str, goal: str) -> None:
    results[key] = round(value, 4)
    print(f"{key:<44}{value:>12.2f} {unit:<5} {goal}", flush=True)


def ratio_row(key: str, values: list[float], goal: str) -> None:
    """The median of the ratios of all rounds, and how far they lie apart."""
    low, high = min(values), max(values)
    results[f"{key}.min"], results[f"{key}.max"] = round(low, 4), round(high, 4)
    row(key, statistics.median(values), "x", f"{goal} ({low:.2f} to {high:.2f} in {len(values)} rounds)")


def output(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def seconds(*command: str | Path) -> float:
    started = time.perf_counter()
    output(*command)
    return time.perf_counter() - started

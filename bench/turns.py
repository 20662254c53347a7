"""Runs measuring programs in alternating short rounds, so that noise affects all equally."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

WORKER = Path(__file__).resolve().parent / "worker.py"
#: A round takes about 20 ms.
ROUNDS = 60

Command = tuple[str | Path, ...]
Times = dict[str, list[float]]


class Worker:
    """A process that prints `ready`, then the microseconds of an operation per line of input."""

    def __init__(self, command: Command, stack: ExitStack) -> None:
        self.name = " ".join(Path(part).name for part in map(str, command))
        self.process = stack.enter_context(
            subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        # Closes standard input, which ends the process.
        stack.callback(self.process.communicate)
        self.expect("ready")

    def expect(self, expected: str = "") -> str:
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        if not line or (expected and line != expected):
            raise RuntimeError(f"{self.name} failed, its output was {line!r}")
        return line

    def round(self) -> float:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.expect())


def take_turns(commands: Mapping[str, Command], rounds: int = ROUNDS) -> Times:
    """Returns the microseconds of each side in each round. The order of the sides alternates."""
    times: Times = {name: [] for name in commands}
    with ExitStack() as stack:
        workers = {name: Worker(command, stack) for name, command in commands.items()}
        for number in range(rounds):
            names = list(workers)
            for name in reversed(names) if number % 2 else names:
                times[name].append(workers[name].round())
    return times


def ratios(times: Times, one: str, other: str) -> list[float]:
    """Returns the time of `one` divided by the time of `other`, for each round."""
    return [first / second for first, second in zip(times[one], times[other], strict=True)]

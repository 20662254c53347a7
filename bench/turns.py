"""Programs that measure one thing each and take turns in short rounds, so that noise hits all sides alike."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

WORKER = Path(__file__).resolve().parent / "worker.py"
#: Of about 20 ms each.
ROUNDS = 60

Command = tuple[str | Path, ...]
Times = dict[str, list[float]]


class Worker:
    """A process that says `ready`, then answers every line with the microseconds of one operation."""

    def __init__(self, command: Command, stack: ExitStack) -> None:
        self.name = " ".join(Path(part).name for part in map(str, command))
        self.process = stack.enter_context(
            subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
        # Ends it: its standard input is closed.
        stack.callback(self.process.communicate)
        self.expect("ready")

    def expect(self, wanted: str = "") -> str:
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        if not line or (wanted and line != wanted):
            raise RuntimeError(f"{self.name} gave up, it said {line!r}")
        return line

    def round(self) -> float:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.expect())


def take_turns(commands: Mapping[str, Command], rounds: int = ROUNDS) -> Times:
    """Microseconds of every side, round by round, in changing order."""
    times: Times = {name: [] for name in commands}
    with ExitStack() as stack:
        workers = {name: Worker(command, stack) for name, command in commands.items()}
        for number in range(rounds):
            names = list(workers)
            for name in reversed(names) if number % 2 else names:
                times[name].append(workers[name].round())
    return times


def ratios(times: Times, one: str, other: str) -> list[float]:
    """How many times as long `one` takes as `other`, in each round."""
    return [mine / theirs for mine, theirs in zip(times[one], times[other], strict=True)]

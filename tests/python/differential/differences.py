"""Comparing verdicts: they agree, or the difference is listed with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: What a judge made of a case: what it read, or ``None`` where it refused.
Judge = Callable[[Any], Any]
#: Both may also accept a case and yet read different things in it.
Verdict = Literal["accepts", "refuses", "reads"]


@dataclass(frozen=True)
class Difference:
    """A case in which we deliberately decide otherwise than a peer."""

    name: str
    peer: str
    ours: Verdict
    #: Told by the case itself, never by how it was made.
    applies: Callable[[Any], bool]
    reason: str


@dataclass
class Outcome:
    """What a comparison found."""

    accepted: int
    refused: int
    unexplained: list[str]
    #: Listed differences that no case showed. A case counts only for a difference that alone explains it.
    vanished: list[str]


def compare(
    cases: Iterable[Any], ours: Judge, peers: Mapping[str, Judge], table: Iterable[Difference]
) -> Outcome:
    """Put every case before every judge."""
    table = list(table)
    verdicts: Counter[bool] = Counter()
    shown: set[Difference] = set()
    unexplained = []
    for case in cases:
        mine = ours(case)
        verdicts[mine is not None] += 1
        for peer, judge in peers.items():
            theirs = judge(case)
            if mine == theirs:
                continue
            verdict = "refuses" if mine is None else "accepts" if theirs is None else "reads"
            known = [d for d in table if (d.peer, d.ours) == (peer, verdict) and d.applies(case)]
            if len(known) == 1:
                shown.add(known[0])
            elif not known:
                unexplained.append(f"{verdict} unlike {peer}: {repr(case)[:700]}")
    vanished = [f"{d.peer}: {d.name}" for d in table if d not in shown]
    return Outcome(verdicts[True], verdicts[False], unexplained, vanished)


def check(outcome: Outcome, fewest: int) -> None:
    """Fail on surprises, and if the cases were too one-sided to prove anything."""
    shown = "\n".join(outcome.unexplained[:20])
    assert not outcome.unexplained, f"{len(outcome.unexplained)} differences are not listed:\n{shown}"
    assert not outcome.vanished, f"listed differences no longer occur: {outcome.vanished}"
    assert min(outcome.accepted, outcome.refused) >= fewest, outcome

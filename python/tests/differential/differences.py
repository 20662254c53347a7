"""Compares the results of this library and its peers. Differences must be listed with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: Returns the parsed value of a case, or ``None`` if it rejects the case.
Validator = Callable[[Any], Any]
#: How this library differs from a peer. ``parses``: both accept the case but parse different
#: values.
Kind = Literal["accepts", "rejects", "parses"]


@dataclass(frozen=True)
class Difference:
    """A deliberate difference from a peer."""

    name: str
    peer: str
    ours: Kind
    # : Returns ``True`` if the difference explains a case. It examines only the case, not how it
    # was : generated.
    applies: Callable[[Any], bool]
    reason: str


@dataclass
class Outcome:
    """The result of a comparison."""

    accepted: int
    rejected: int
    unlisted: list[str]
    # : Listed differences that did not occur. A case counts only if a single difference explains
    # it.
    unused: list[str]


def compare(
    cases: Iterable[Any],
    ours: Validator,
    peers: Mapping[str, Validator],
    differences: Iterable[Difference],
) -> Outcome:
    """Runs all cases with this library and with all peers."""
    differences = list(differences)
    accepted: Counter[bool] = Counter()
    seen: set[Difference] = set()
    unlisted = []
    for case in cases:
        our_result = ours(case)
        accepted[our_result is not None] += 1
        for peer, validator in peers.items():
            their_result = validator(case)
            if our_result == their_result:
                continue
            kind = (
                "rejects" if our_result is None else "accepts" if their_result is None else "parses"
            )
            listed = [
                d for d in differences if (d.peer, d.ours) == (peer, kind) and d.applies(case)
            ]
            if len(listed) == 1:
                seen.add(listed[0])
            elif not listed:
                unlisted.append(f"{kind} unlike {peer}: {repr(case)[:700]}")
    unused = [f"{d.peer}: {d.name}" for d in differences if d not in seen]
    return Outcome(accepted[True], accepted[False], unlisted, unused)


def check(outcome: Outcome, minimum: int) -> None:
    """Fails on unlisted differences, unused differences, or too few accepted or rejected cases."""
    examples = "\n".join(outcome.unlisted[:20])
    assert not outcome.unlisted, f"{len(outcome.unlisted)} differences are not listed:\n{examples}"
    assert not outcome.unused, f"listed differences no longer occur: {outcome.unused}"
    assert min(outcome.accepted, outcome.rejected) >= minimum, outcome

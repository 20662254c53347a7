"""Which example is of which method."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Example = TypeVar("Example", bound=Callable[..., None])

EXAMPLES: dict[str, str] = {}


def example(method: str) -> Callable[[Example], Example]:
    """Says that a test is the example of a method, as the documentation names it after `client.`."""

    def register(test: Example) -> Example:
        known = EXAMPLES.setdefault(method, test.__qualname__)
        assert known == test.__qualname__, f"{method} has two examples"
        return test

    return register

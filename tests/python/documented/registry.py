"""Which example is of which method."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

Example = TypeVar("Example", bound=Callable[..., None])

EXAMPLES: dict[str, str] = {}


def example(method: str) -> Callable[[Example], Example]:
    """Says that a test is the example of a method, as the documentation names it after `client.`."""

    def register(test: Example) -> Example:
        known = EXAMPLES.setdefault(method, test.__qualname__)
        assert known == test.__qualname__, f"{method} has two examples"
        # The examples touch messages of every kind, so each protobuf runtime must run them.
        marked: Example = pytest.mark.protobuf(test)
        return marked

    return register

"""Maps each documented method to its example."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

Example = TypeVar("Example", bound=Callable[..., None])

EXAMPLES: dict[str, str] = {}


def example(method: str) -> Callable[[Example], Example]:
    """Marks a test as the example of a method.

    `method` is the documented name without `client.`.
    """

    def register(test: Example) -> Example:
        registered = EXAMPLES.setdefault(method, test.__qualname__)
        assert registered == test.__qualname__, f"{method} has two examples"
        # The examples use all message types, so they must run with each protobuf runtime.
        marked: Example = pytest.mark.protobuf(test)
        return marked

    return register

"""The arguments of the calls in ``tests/agents``, which have the names of Node, in camel case."""

from __future__ import annotations

import re
from typing import Any

JSON_VALUES = {"toolInput", "staticAuth", "credentials", "apiConfig", "metadata", "body", "headers"}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def converted(value: Any) -> Any:
    """Returns arguments with the names of Python. The keys of JSON values are not names."""
    if isinstance(value, list):
        return [converted(item) for item in value]
    if isinstance(value, dict):
        return {
            snake(key): item if key in JSON_VALUES else converted(item)
            for key, item in value.items()
        }
    return value

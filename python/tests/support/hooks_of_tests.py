"""A hook that a setting of Django refers to by its path."""

from __future__ import annotations

from typing import Any

recorded: list[Any] = []


def record(request: Any, session: Any) -> None:
    recorded.append(session.user_id)

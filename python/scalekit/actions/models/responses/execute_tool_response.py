"""The result of a tool."""

from __future__ import annotations

from typing import Any

from scalekit._runtime.model import Model


class ExecuteToolResponse(Model):
    """The result of a tool."""

    data: dict[str, Any] | None = None
    """The output of the tool. Whole numbers up to 2**53 are ``int``."""
    execution_id: str | None = None
    """The id of the execution, for support requests."""

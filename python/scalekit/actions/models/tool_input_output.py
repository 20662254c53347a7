"""The input and the output of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias


ToolInput: TypeAlias = dict[str, Any]
"""The input of a tool."""

ToolOutput: TypeAlias = dict[str, Any]
"""The output of a tool."""

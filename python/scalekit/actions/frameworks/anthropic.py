"""The format of the API of Anthropic. The package ``anthropic`` is not needed."""

from __future__ import annotations

from typing import Any

from scalekit.actions._tool_set import ToolOutcome
from scalekit.actions.frameworks._model_tools import AsyncModelAdapter as AsyncModelAdapter
from scalekit.actions.frameworks._model_tools import Format, ToolCall, read
from scalekit.actions.frameworks._model_tools import ModelAdapter as ModelAdapter


class Messages(Format):
    """The Messages API: ``client.actions.anthropic``."""

    def definition(self, tool: Any) -> dict[str, Any]:
        """Returns an item of ``tools``."""
        return {
            "name": tool.name,
            "description": tool.description,
            "input_schema": tool.input_schema,
        }

    def calls(self, response: Any) -> list[ToolCall]:
        """Reads a response."""
        return [
            ToolCall(read(block, "id"), read(block, "name"), read(block, "input"))
            for block in read(response, "content") or []
            if read(block, "type") == "tool_use"
        ]

    def messages(self, response: Any, results: list[tuple[ToolCall, ToolOutcome]]) -> list[Any]:
        """Returns items of ``messages``."""
        blocks = []
        for call, outcome in results:
            block = {"type": "tool_result", "tool_use_id": call.id, "content": outcome.text}
            blocks.append({**block, "is_error": True} if outcome.failure else block)
        return [
            {"role": "assistant", "content": read(response, "content")},
            {"role": "user", "content": blocks},
        ]

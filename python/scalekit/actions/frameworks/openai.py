"""Formats of the APIs of OpenAI. The package ``openai`` is not needed."""

from __future__ import annotations

from typing import Any

from scalekit.actions._tool_set import ToolOutcome
from scalekit.actions.frameworks._model_tools import AsyncModelAdapter as AsyncModelAdapter
from scalekit.actions.frameworks._model_tools import Format, ToolCall, read
from scalekit.actions.frameworks._model_tools import ModelAdapter as ModelAdapter


class ChatCompletions(Format):
    """The Chat Completions API: ``client.actions.openai``."""

    def definition(self, tool: Any) -> dict[str, Any]:
        """Returns an item of ``tools``."""
        return {"type": "function", "function": _function(tool)}

    def calls(self, response: Any) -> list[ToolCall]:
        """Reads a response, or its message."""
        found = []
        for call in read(_message(response), "tool_calls") or []:
            # Calls of custom tools have no function.
            if function := read(call, "function"):
                name, arguments = read(function, "name"), read(function, "arguments")
                found.append(ToolCall(read(call, "id"), name, arguments))
        return found

    def messages(self, response: Any, results: list[tuple[ToolCall, ToolOutcome]]) -> list[Any]:
        """Returns items of ``messages``."""
        return [
            _message(response),
            *(
                {"role": "tool", "tool_call_id": call.id, "content": outcome.text}
                for call, outcome in results
            ),
        ]


class Responses(Format):
    """The Responses API: ``client.actions.openai_responses``."""

    def definition(self, tool: Any) -> dict[str, Any]:
        """Returns an item of ``tools``."""
        # Strict schemas require all properties. Tools have optional ones.
        return {"type": "function", "strict": False, **_function(tool)}

    def calls(self, response: Any) -> list[ToolCall]:
        """Reads a response."""
        return [
            ToolCall(read(item, "call_id"), read(item, "name"), read(item, "arguments"))
            for item in read(response, "output") or []
            if read(item, "type") == "function_call"
        ]

    def messages(self, response: Any, results: list[tuple[ToolCall, ToolOutcome]]) -> list[Any]:
        """Returns items of ``input``."""
        return [
            *read(response, "output"),
            *(
                {"type": "function_call_output", "call_id": call.id, "output": outcome.text}
                for call, outcome in results
            ),
        ]


def _function(tool: Any) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.input_schema,
    }


def _message(response: Any) -> Any:
    choices = read(response, "choices")
    return read(choices[0], "message") if choices else response

"""Tools for the APIs of models, as plain ``dict``."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from scalekit._runtime.generator_methods import Async, Blocking, Steps, method
from scalekit.actions._tool_set import Links, ToolOutcome
from scalekit.actions.actions import ActionClient, AsyncActionClient
from scalekit.actions.frameworks._adapter import ToolAdapter


class ToolCall(NamedTuple):
    """A call of a tool by a model. The input is a ``dict``, or JSON text."""

    id: str
    name: str
    tool_input: Any


class Format(ABC):
    """The format of a model API."""

    @abstractmethod
    def definition(self, tool: Any) -> dict[str, Any]:
        """Returns the definition of a tool."""

    @abstractmethod
    def calls(self, response: Any) -> list[ToolCall]:
        """Returns the calls in a response of the model."""

    @abstractmethod
    def messages(self, response: Any, results: list[tuple[ToolCall, ToolOutcome]]) -> list[Any]:
        """Returns the messages to send with the next request."""


class _ModelTools:
    """The members that the blocking and the async class share."""

    definitions: list[dict[str, Any]]
    """The definitions of the tools, for the request to the model."""

    def __init__(self, actions: Any, tools: Iterable[Any], format: Format, links: Links) -> None:
        """Creates the definitions."""
        self._actions = actions
        self._format = format
        self._links = links
        self._tools = {tool.name: tool for tool in tools}
        self.definitions = [format.definition(tool) for tool in self._tools.values()]

    @method
    def run(self, response: Any) -> Steps[list[Any]]:
        """Executes the tools that the model called, with the modifiers of ``client.actions``.

        Failures become texts for the model.

        Args:
            response: the response of the API: an object of its Python package, or a ``dict``.

        Returns:
            The message of the model and the results, to append to the messages of the next
            request. The list is empty if the model called no tool.
        """
        results: list[tuple[ToolCall, ToolOutcome]] = []
        for call in self._format.calls(response):
            tool, tool_input = self._tools.get(call.name), _parsed(call.tool_input)
            if tool is None:
                outcome = ToolOutcome(None, f"The tool failed: there is no tool {call.name}")
            elif tool_input is None:
                outcome = ToolOutcome(None, "The tool failed: the arguments are not a JSON object")
            else:
                outcome = yield self._actions._attempt(tool, tool_input, self._links)
            results.append((call, outcome))
        return self._format.messages(response, results) if results else []


class ModelTools(_ModelTools, Blocking):
    """The tools of a user in the format of a model API."""


class AsyncModelTools(_ModelTools, Async):
    """The tools of a user in the format of a model API. ``run`` is a coroutine function."""


class ModelAdapter(ToolAdapter[ModelTools], Blocking):
    """Converts the tools of a user for the API of a model."""

    def __init__(self, actions: ActionClient, format: Format) -> None:
        """Uses the tools and modifiers of `actions`."""
        super().__init__(actions)
        self._format = format

    def _converted(self, tools: list[Any], links: Links) -> ModelTools:
        return ModelTools(self._actions, tools, self._format, links)


class AsyncModelAdapter(ToolAdapter[AsyncModelTools], Async):
    """Converts the tools of a user for the API of a model, for asyncio."""

    def __init__(self, actions: AsyncActionClient, format: Format) -> None:
        """Uses the tools and modifiers of `actions`."""
        super().__init__(actions)
        self._format = format

    def _converted(self, tools: list[Any], links: Links) -> AsyncModelTools:
        return AsyncModelTools(self._actions, tools, self._format, links)


def _parsed(tool_input: Any) -> dict[str, Any] | None:
    """Returns the input of a tool, or ``None`` if the model returned an invalid one."""
    if isinstance(tool_input, str):
        try:
            tool_input = json.loads(tool_input or "{}")
        except ValueError:
            return None
    return dict(tool_input) if isinstance(tool_input, Mapping) else None


def read(value: Any, name: str) -> Any:
    """Returns an item of a ``dict``, or an attribute of an object."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)

"""Modifiers: functions that change the input or the output of tools."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from copy import deepcopy
from typing import Any, Literal

from scalekit._runtime.generator_methods import run
from scalekit._runtime.names import unknown_name
from scalekit.actions.models.tool_input_output import ToolInput as ToolInput
from scalekit.actions.models.tool_input_output import ToolOutput as ToolOutput
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitModifierException

ModifierType = Literal["pre", "post"]
ToolNames = str | list[str]
ToolIO = dict[str, Any]
PreModifierFunction = Callable[[ToolInput], ToolInput]
PostModifierFunction = Callable[[ToolOutput], ToolOutput]
ToolModifierFunction = Callable[[ToolIO], ToolIO]


class Modifier:
    """A function for some tools.

    Args:
        tool_names: the name of a tool, or a list of names.
        modifier_type: ``"pre"`` for the input, ``"post"`` for the output.
        func: the function. It takes the ``dict`` and returns it or another one.
    """

    def __init__(
        self,
        tool_names: ToolNames,
        modifier_type: ModifierType,
        func: Callable[[Any], Any] | None = None,
        **unknown: Any,
    ) -> None:
        """Checks the arguments."""
        for name in unknown:
            accepted = ("tool_names", "modifier_type", "func")
            raise ScalekitArgumentException(unknown_name("Modifier()", name, accepted))
        if modifier_type not in ("pre", "post"):
            raise ScalekitArgumentException(
                f'modifier_type must be "pre" or "post", not {modifier_type!r}'
            )
        self.tool_names = names_of(tool_names)
        self.type = modifier_type
        self.func = func

    def apply(self, tool_name: str, data: Any) -> Any:
        """Returns the result of the function, or `data` if the modifier is not for this tool."""
        if self.func is None or tool_name not in self.tool_names:
            return data
        return self.func(data)

    def __repr__(self) -> str:
        """Shows the tools and the type."""
        return f"Modifier(tool_names={self.tool_names!r}, modifier_type={self.type!r})"


def names_of(tool_names: object) -> list[str]:
    """Returns a list of the names of tools."""
    names = [tool_names] if isinstance(tool_names, str) else tool_names
    if not isinstance(names, (list, tuple, set, frozenset)) or not all(
        isinstance(name, str) and name for name in names
    ):
        raise ScalekitArgumentException("tool_names must be a str or a list of str")
    return list(names)


def apply_modifiers(
    tool_name: str, data: Any, modifiers: Iterable[Modifier], modifier_type: ModifierType
) -> Any:
    """Applies the modifiers of a type in their order. Each gets the result of the previous one."""
    selected = select(modifiers, tool_name, modifier_type)
    return run(modified(tool_name, data, selected))


def apply_pre_modifiers(tool_name: str, data: Any, modifiers: Iterable[Modifier]) -> Any:
    """Applies the pre-modifiers to the input of a tool."""
    return apply_modifiers(tool_name, data, modifiers, "pre")


def apply_post_modifiers(tool_name: str, data: Any, modifiers: Iterable[Modifier]) -> Any:
    """Applies the post-modifiers to the output of a tool."""
    return apply_modifiers(tool_name, data, modifiers, "post")


def select(
    modifiers: Iterable[Modifier], tool_name: str, modifier_type: ModifierType
) -> list[Modifier]:
    """Returns the modifiers of a type that are for this tool."""
    return [
        modifier
        for modifier in modifiers
        if modifier.type == modifier_type
        and modifier.func is not None
        and tool_name in modifier.tool_names
    ]


def modified(
    tool_name: str, data: Any, modifiers: list[Modifier], response: Any = None
) -> Generator[Any, Any, Any]:
    """Yields the result of each function, and returns the last awaited result.

    The input is copied first, so that modifiers cannot change objects of the caller.

    Args:
        tool_name: the tool.
        data: its input, or its output.
        modifiers: pre-modifiers or post-modifiers of this tool, with functions.
        response: the response of the tool, for errors of post-modifiers.
    """
    if modifiers:
        data = deepcopy(data)
    for modifier in modifiers:
        try:
            data = yield modifier.apply(tool_name, data)
        except Exception as error:
            _annotate(error, tool_name, modifier, response)
            raise
        if not isinstance(data, dict) and (data is not None or modifier.type == "pre"):
            raise _invalid_result(tool_name, modifier, data, response)
    return data


def _annotate(error: Exception, tool_name: str, modifier: Modifier, response: Any) -> None:
    """Adds the response to the exception of a post-modifier: the tool has already acted."""
    if response is None:
        return
    note = f"{_described(tool_name, modifier)} failed after execution {response.execution_id}"
    # Tracebacks show notes. Python 3.10 does not have `add_note`.
    notes = [*getattr(error, "__notes__", []), note]
    vars(error).update(__notes__=notes, tool_response=response)


def _invalid_result(
    tool_name: str, modifier: Modifier, data: Any, response: Any
) -> ScalekitArgumentException | ScalekitModifierException:
    problem = f"{_described(tool_name, modifier)} must return a dict, not {type(data).__name__}"
    if hasattr(data, "close") and hasattr(data, "__await__"):
        data.close()
        problem += "; async functions need AsyncScalekitClient"
    if response is None:
        return ScalekitArgumentException(problem)
    operation = "ToolService.ExecuteTool"
    return ScalekitModifierException(problem, operation=operation, tool_response=response)


def _described(tool_name: str, modifier: Modifier) -> str:
    function = getattr(modifier.func, "__name__", type(modifier.func).__name__)
    return f"{modifier.type}-modifier {function}() of tool {tool_name}"

"""Tools for LangChain and LangGraph: ``client.actions.langchain``.

Needs ``langchain-core``, the extra ``scalekit-client[langchain]``.
"""

from __future__ import annotations

from typing import Any

from langchain_core.tools import StructuredTool, ToolException

from scalekit._runtime.generator_methods import Async, Blocking
from scalekit.actions._tool_set import AgentTool, Links, ToolOutcome
from scalekit.actions.frameworks._adapter import ToolAdapter, attempt, attempt_async


class ScalekitTool(StructuredTool):
    """A tool of a user for LangChain.

    The content of a result is JSON. The artifact has the output as ``data``, and the
    ``execution_id``. A failure is a ``ToolException``, which LangChain converts to a text for the
    model.
    """

    # The methods of LangChain reserve names of arguments, such as `config`. A tool may have them.
    def _run(self, /, **tool_input: Any) -> Any:  # type: ignore[override]
        if self.func is None:
            raise NotImplementedError(
                f"tool {self.name} was created by AsyncScalekitClient; use ainvoke()"
            )
        return self.func(**tool_input)

    async def _arun(self, /, **tool_input: Any) -> Any:  # type: ignore[override]
        if self.coroutine is None:
            raise NotImplementedError(f"tool {self.name} has no coroutine")
        return await self.coroutine(**tool_input)


class _LangChain(ToolAdapter[list[StructuredTool]]):
    def _converted(self, tools: list[Any], links: Links) -> list[StructuredTool]:
        return [_convert(tool, links) for tool in tools]


class LangChain(_LangChain, Blocking):
    """Converts the tools of a user for LangChain.

    Tools can be called with ``invoke`` and ``ainvoke``.
    """


class AsyncLangChain(_LangChain, Async):
    """Converts the tools of a user for LangChain. Tools must be called with ``ainvoke``."""


def _convert(tool: Any, links: Links) -> StructuredTool:
    def run(**tool_input: Any) -> tuple[str, dict[str, Any]]:
        return _result(attempt(tool, tool_input, links))

    async def run_async(**tool_input: Any) -> tuple[str, dict[str, Any]]:
        return _result(await attempt_async(tool, tool_input, links))

    return ScalekitTool(
        name=tool.name,
        description=tool.description,
        args_schema=tool.input_schema,
        func=run if isinstance(tool, AgentTool) else None,
        coroutine=run_async,
        response_format="content_and_artifact",
        handle_tool_error=True,
        tags=[tool.provider] if tool.provider else [],
        metadata={
            "provider": tool.provider,
            "connected_account_id": tool.connected_account_id,
            **tool.annotations,
        },
    )


def _result(outcome: ToolOutcome) -> tuple[str, dict[str, Any]]:
    if outcome.response is None:
        raise ToolException(outcome.text) from outcome.error
    return outcome.text, {**outcome.response.to_dict(), "data": outcome.data}

"""Tools for LangChain: of recorded responses, and in an agent with the emulator."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from connected_accounts import FAILURE, MAILS, TOOLS, assert_fresh_link, called_tools
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import StructuredTool, ToolException
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr
from recorded_actions import RecordedActions
from scoped_tools import page, result

from scalekit.actions.frameworks.langchain import AsyncLangChain, LangChain
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitToolException,
    ScalekitToolRateLimitException,
)
from scalekit.testing import Emulator

# LangGraph 0.6 uses a default of LangChain that will change.
pytestmark = pytest.mark.filterwarnings("ignore:The default value of `allowed_objects`")

SCHEMA = {
    "type": "object",
    "properties": {"q": {"type": "string"}, "config": {"type": "object"}},
    "required": ["q"],
}
LIST = {
    "name": "gmail_list",
    "description": "Lists.",
    "input_schema": SCHEMA,
    "annotations": {"read_only_hint": True},
}


def one_tool(recorded: RecordedActions) -> Any:
    recorded.respond(page((LIST, "ca_1")))
    (tool,) = recorded.call("langchain.get_tools", "user_1", tool_names=["a"])
    recorded.services.recorder.calls.clear()
    return tool


def call(recorded: RecordedActions, tool: Any, tool_input: dict[str, Any]) -> Any:
    """Calls a tool as agents do."""
    message = {"name": tool.name, "args": tool_input, "id": "call_1", "type": "tool_call"}
    if recorded.services.recorder.is_async:
        return asyncio.run(tool.ainvoke(message))
    return tool.invoke(message)


def test_tools_of_all_pages_are_converted(recorded: RecordedActions) -> None:
    recorded.respond(page((LIST, "ca_1"), token="t"), page(({}, "ca_2")))
    first, second = recorded.call("langchain.get_tools", "user_1", tool_names=["a"])
    assert isinstance(first, StructuredTool)
    assert (first.name, first.description, first.args_schema) == ("gmail_list", "Lists.", SCHEMA)
    assert first.args == SCHEMA["properties"]
    assert first.tags == ["GMAIL"]
    assert first.metadata == {
        "provider": "GMAIL",
        "connected_account_id": "ca_1",
        "read_only_hint": True,
    }
    function = convert_to_openai_tool(first)["function"]
    assert (function["name"], function["description"]) == ("gmail_list", "Lists.")
    assert function["parameters"] == SCHEMA
    assert second.args == {}
    assert len(recorded.sent()) == 2


def test_results_are_json_with_the_output_as_artifact(recorded: RecordedActions) -> None:
    tool = one_tool(recorded)
    recorded.actions.post_modifier("gmail_list")(lambda data: {**data, "n": 1})
    output = {"ok": True, "none": None, "text": "ü", "execution_id": "of the output"}
    recorded.respond(result(output))
    message = call(recorded, tool, {"q": "x"})
    assert message.status == "success"
    data = {**output, "n": 1}
    assert json.loads(message.content) == data
    assert "ü" in message.content
    assert message.artifact == {"data": data, "execution_id": "exe_1"}


def test_an_empty_result_is_json(recorded: RecordedActions) -> None:
    message = call(recorded, one_tool(recorded), {"q": "x"})
    assert (message.content, message.artifact["data"]) == ("{}", {})


def test_the_names_of_arguments_are_not_reserved(recorded: RecordedActions) -> None:
    tool = one_tool(recorded)
    names = ("q", "self", "config", "run_manager", "callbacks", "tool_call_id", "args", "kwargs")
    tool_input = {name: name for name in names}
    call(recorded, tool, tool_input)
    assert recorded.sent()[0][1]["params"] == tool_input


def test_a_failure_is_a_text_for_the_model(recorded: RecordedActions) -> None:
    tool = one_tool(recorded)
    recorded.respond(ScalekitToolRateLimitException("slow down", http_status=429))
    message = call(recorded, tool, {"q": "x"})
    assert (message.status, message.content) == ("error", "The tool failed: slow down")
    assert message.artifact is None


def test_a_failure_is_an_exception_if_langchain_does_not_handle_it(
    recorded: RecordedActions,
) -> None:
    tool = one_tool(recorded)
    tool.handle_tool_error = False
    error = ScalekitToolException("broken", http_status=500)
    recorded.respond(error)
    with pytest.raises(ToolException, match="The tool failed: broken") as caught:
        call(recorded, tool, {"q": "x"})
    assert caught.value.__cause__ is error


def test_a_coroutine_of_a_blocking_client_does_not_block_the_event_loop(
    sync: RecordedActions,
) -> None:
    tool, threads = one_tool(sync), []

    def remember(data: dict[str, Any]) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return data

    sync.actions.pre_modifier("gmail_list")(remember)
    asyncio.run(tool.ainvoke({"q": "x"}))
    assert threads[0] is not threading.main_thread()
    tool.invoke({"q": "x"})
    assert threads[1] is threading.main_thread()


def test_tools_of_an_async_client_need_a_coroutine(awaited: RecordedActions) -> None:
    tool = one_tool(awaited)
    with pytest.raises(NotImplementedError, match="created by AsyncScalekitClient; use ainvoke"):
        tool.invoke({"q": "x"})


def test_two_accounts_with_the_same_tool_are_rejected(recorded: RecordedActions) -> None:
    recorded.respond(page((LIST, "ca_1"), (LIST, "ca_2")))
    expected = "two connected accounts have the tool gmail_list; select one with connection_names"
    with pytest.raises(ScalekitArgumentException, match=expected):
        recorded.call("langchain.get_tools", "user_1", tool_names=["a"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"identifier": ""}, "identifier is required"),
        (
            {"identifier": "a", "tool_name": "b"},
            r"get_tools\(\) has no 'tool_name'; use 'tool_names'",
        ),
        ({"identifier": "a", "authorization_links": 1}, "authorization_links must be a bool or a"),
    ],
)
def test_invalid_arguments_are_rejected(
    arguments: dict[str, Any], message: str, recorded: RecordedActions
) -> None:
    with pytest.raises(ScalekitArgumentException, match=message):
        recorded.call("langchain.get_tools", **arguments)
    assert recorded.sent() == []


def test_the_adapter_is_created_once_and_takes_client_actions(recorded: RecordedActions) -> None:
    kind = AsyncLangChain if recorded.services.recorder.is_async else LangChain
    assert type(recorded.actions.langchain) is kind
    assert recorded.actions.langchain is recorded.actions.langchain
    with pytest.raises(ScalekitArgumentException, match=r"actions must be client\.actions, an obj"):
        kind(recorded.services.tools)


class ScriptedModel(GenericFakeChatModel):
    """A model that calls both tools, and then ends with a text."""

    _bound: list[str] = PrivateAttr(default_factory=list)

    def __init__(self) -> None:
        calls = [
            {"name": TOOLS[0], "args": {"query": "subject:hi"}, "id": "call_1"},
            {"name": TOOLS[1], "args": {"channel": "c", "text": "hi"}, "id": "call_2"},
        ]
        super().__init__(messages=iter([AIMessage("", tool_calls=calls), AIMessage("done")]))

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        self._bound = [convert_to_openai_tool(tool)["function"]["name"] for tool in tools]
        return self


def agent_with(model: ScriptedModel, tools: list[StructuredTool]) -> Any:
    try:
        from langchain.agents import create_agent
    except ImportError:
        from langgraph.prebuilt import create_react_agent as create_agent
    return create_agent(model, tools)


def run_agent(accounts: Emulator, is_async: bool, **options: Any) -> list[ToolMessage]:
    """Runs an agent and returns the results of the tools, as the model receives them."""
    model, prompt = ScriptedModel(), {"messages": [("user", "go")]}
    arguments: Any = {"tool_names": TOOLS, "page_size": 1, **options}

    async def run() -> Any:
        async with accounts.async_client() as client:
            tools = await client.actions.langchain.get_tools("ada", **arguments)
            return await agent_with(model, tools).ainvoke(prompt)

    if is_async:
        state = asyncio.run(run())
    else:
        with accounts.client() as client:
            tools = client.actions.langchain.get_tools("ada", **arguments)
            state = agent_with(model, tools).invoke(prompt)
    assert model._bound == TOOLS
    assert state["messages"][-1].content == "done"
    return [message for message in state["messages"] if isinstance(message, ToolMessage)]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_an_agent_calls_two_tools_and_one_needs_authorization(
    is_async: bool, accounts: Emulator
) -> None:
    mails, failed = run_agent(accounts, is_async)
    assert json.loads(str(mails.content)) == MAILS
    assert (mails.status, mails.artifact["data"]) == ("success", MAILS)
    assert failed.status == "error"
    assert_fresh_link(str(failed.content))
    inputs = [{"query": "subject:hi"}, {"channel": "c", "text": "hi"}]
    assert sorted(called_tools(accounts)) == list(zip(TOOLS, inputs, strict=True))
    assert len(accounts.requests(operation="ToolService.ListScopedTools")) == 2


def test_the_link_can_be_switched_off(accounts: Emulator) -> None:
    _, failed = run_agent(accounts, is_async=False, authorization_links=False)
    assert failed.content == FAILURE

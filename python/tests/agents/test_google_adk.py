"""Tools for Google ADK: of recorded responses, and in a runner with the emulator."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from connected_accounts import FAILURE, MAILS, TOOLS, assert_fresh_link, called_tools
from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.base_tool import BaseTool
from google.genai import types
from pydantic import PrivateAttr
from recorded_actions import RecordedActions
from scoped_tools import page, result

from scalekit.actions.frameworks.google_adk import AsyncGoogleADK, GoogleADK
from scalekit.actions.frameworks.types.google_adk_tool import ScalekitGoogleAdkTool
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitToolRateLimitException
from scalekit.testing import Emulator

SCHEMA = {
    "type": "object",
    "properties": {
        "q": {"type": "string"},
        "labels": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    },
    "required": ["q"],
}
LIST = {
    "name": "gmail_list",
    "description": "Lists.",
    "input_schema": SCHEMA,
    "annotations": {"read_only_hint": True},
}


def one_tool(recorded: RecordedActions) -> ScalekitGoogleAdkTool:
    recorded.respond(page((LIST, "ca_1")))
    tools: list[ScalekitGoogleAdkTool] = recorded.call(
        "google.get_tools", "user_1", tool_names=["a"]
    )
    recorded.services.recorder.calls.clear()
    return tools[0]


def call(tool: ScalekitGoogleAdkTool, tool_input: dict[str, Any]) -> Any:
    context: Any = None
    return asyncio.run(tool.run_async(args=tool_input, tool_context=context))


def test_tools_of_all_pages_are_converted(recorded: RecordedActions) -> None:
    recorded.respond(page((LIST, "ca_1"), token="t"), page(({}, "ca_2")))
    first, second = recorded.call("google.get_tools", "user_1", tool_names=["a"])
    assert isinstance(first, ScalekitGoogleAdkTool)
    assert isinstance(first, BaseTool)
    declaration = first._get_declaration()
    assert (declaration.name, declaration.description) == ("gmail_list", "Lists.")
    assert declaration.parameters_json_schema == SCHEMA
    assert first.connected_account_id == "ca_1"
    assert first.custom_metadata == {
        "provider": "GMAIL",
        "connected_account_id": "ca_1",
        "read_only_hint": True,
    }
    empty = second._get_declaration().parameters_json_schema
    assert (second.name, empty) == ("gmail_tool", {"type": "object", "properties": {}})
    assert len(recorded.sent()) == 2


def test_a_result_is_the_output_of_the_tool(recorded: RecordedActions) -> None:
    tool = one_tool(recorded)
    recorded.actions.pre_modifier("gmail_list")(lambda data: {**data, "max": 5})
    recorded.respond(result({"ok": True}), None)
    assert call(tool, {"q": "x"}) == {"ok": True}
    request = {"toolName": "gmail_list", "connectedAccountId": "ca_1"}
    expected = ["ToolService.ExecuteTool", {**request, "params": {"q": "x", "max": 5}}]
    assert recorded.sent() == [expected]
    assert call(tool, {"q": "x"}) == {}


def test_a_failure_is_a_text_for_the_model(recorded: RecordedActions) -> None:
    tool = one_tool(recorded)
    recorded.respond(ScalekitToolRateLimitException("slow down", http_status=429))
    assert call(tool, {"q": "x"}) == {"error": "The tool failed: slow down"}


def test_a_blocking_client_does_not_block_the_event_loop(sync: RecordedActions) -> None:
    tool, threads = one_tool(sync), []

    def remember(data: dict[str, Any]) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return data

    sync.actions.pre_modifier("gmail_list")(remember)
    call(tool, {"q": "x"})
    assert threads[0] is not threading.main_thread()


def test_invalid_arguments_are_rejected(recorded: RecordedActions) -> None:
    with pytest.raises(ScalekitArgumentException, match="identifier is required"):
        recorded.call("google.get_tools", "")
    with pytest.raises(ScalekitArgumentException, match="has no 'connection'; use 'connection_nam"):
        recorded.call("google.get_tools", "user_1", connection="gmail")
    # ADK would use only the second tool.
    recorded.respond(page((LIST, "ca_1"), (LIST, "ca_2")))
    with pytest.raises(ScalekitArgumentException, match="two connected accounts have the tool gm"):
        recorded.call("google.get_tools", "user_1", tool_names=["a"])


def test_the_adapter_is_created_once_and_takes_client_actions(recorded: RecordedActions) -> None:
    kind = AsyncGoogleADK if recorded.services.recorder.is_async else GoogleADK
    assert type(recorded.actions.google) is kind
    assert recorded.actions.google is recorded.actions.google
    with pytest.raises(ScalekitArgumentException, match=r"actions must be client\.actions, an obj"):
        kind(recorded.services.tools)


class ScriptedModel(BaseLlm):
    """A model that calls both tools, and then ends with a text."""

    _requests: list[LlmRequest] = PrivateAttr(default_factory=list)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        self._requests.append(llm_request)
        if len(self._requests) > 1:
            parts = [types.Part(text="done")]
        else:
            calls = [(TOOLS[0], {"query": "subject:hi"}), (TOOLS[1], {"channel": "c"})]
            parts = [types.Part.from_function_call(name=name, args=args) for name, args in calls]
        yield LlmResponse(content=types.Content(role="model", parts=parts))


async def run_agent(tools: list[BaseTool]) -> list[dict[str, Any]]:
    """Runs an agent and returns the results of the tools, as the model receives them."""
    model = ScriptedModel(model="scripted")
    runner = InMemoryRunner(
        agent=LlmAgent(name="agent", model=model, tools=list(tools)), app_name="app"
    )
    session = await runner.session_service.create_session(app_name="app", user_id="ada")
    message = types.Content(role="user", parts=[types.Part(text="go")])
    texts = []
    async for event in runner.run_async(user_id="ada", session_id=session.id, new_message=message):
        texts += [part.text for part in (event.content.parts if event.content else []) or []]
    assert texts[-1] == "done"
    await runner.close()
    first, second = model._requests
    assert list(first.tools_dict) == TOOLS
    responses = [part.function_response for part in second.contents[-1].parts or []]
    assert [response.name for response in responses if response] == TOOLS
    return [response.response or {} for response in responses if response]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_runner_calls_two_tools_and_one_needs_authorization(
    is_async: bool, accounts: Emulator
) -> None:
    async def run() -> list[dict[str, Any]]:
        arguments: Any = {"tool_names": TOOLS, "page_size": 1}
        if is_async:
            async with accounts.async_client() as client:
                return await run_agent(await client.actions.google.get_tools("ada", **arguments))
        with accounts.client() as client:
            return await run_agent(client.actions.google.get_tools("ada", **arguments))

    mails, failed = asyncio.run(run())
    assert mails == MAILS
    assert_fresh_link(failed["error"])
    inputs = [{"query": "subject:hi"}, {"channel": "c"}]
    assert sorted(called_tools(accounts)) == list(zip(TOOLS, inputs, strict=True))


def test_the_link_can_be_switched_off(accounts: Emulator) -> None:
    with accounts.client() as client:
        tools = client.actions.google.get_tools("ada", tool_names=TOOLS, authorization_links=False)
        _, failed = asyncio.run(run_agent(tools))
    assert failed == {"error": FAILURE}

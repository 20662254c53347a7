"""Tools for the APIs of OpenAI and Anthropic: with plain dicts, and with the official packages."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

import anthropic
import openai
import pytest
from connected_accounts import MAILS, TOOLS, assert_fresh_link, called_tools
from model_server import ModelServer
from recorded_actions import RecordedActions
from scoped_tools import page, result

from scalekit.common.exceptions import ScalekitArgumentException, ScalekitToolRateLimitException
from scalekit.testing import Emulator

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
LIST = {"name": "gmail_list", "description": "Lists.", "input_schema": SCHEMA}
FORMATS = pytest.mark.parametrize("format", ["openai", "openai_responses", "anthropic"])
INPUTS = [{"query": "subject:hi"}, {"channel": "c"}]


def tools_of(recorded: RecordedActions, format: str) -> Any:
    recorded.respond(page((LIST, "ca_1")))
    return recorded.call(f"{format}.get_tools", "user_1", tool_names=["a"])


def run(tools: Any, response: Any) -> Any:
    async def wait(result: Any) -> Any:
        return await result

    result = tools.run(response)
    return asyncio.run(wait(result)) if inspect.isawaitable(result) else result


def asking(format: str, *calls: tuple[str, Any]) -> dict[str, Any]:
    """Returns a response with calls of tools. The input of a call is a ``dict`` or JSON text."""
    rows = [(f"call_{number}", name, value) for number, (name, value) in enumerate(calls)]
    if format == "anthropic":
        blocks = [
            {"type": "tool_use", "id": id, "name": name, "input": value} for id, name, value in rows
        ]
        return {"role": "assistant", "content": [{"type": "text", "text": "Wait."}, *blocks]}
    texts = [
        (id, name, value if isinstance(value, str) else json.dumps(value))
        for id, name, value in rows
    ]
    if format == "openai":
        functions = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": value}}
            for id, name, value in texts
        ]
        message = {"role": "assistant", "content": None, "tool_calls": functions}
        return {"choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}]}
    output = [
        {"type": "function_call", "id": "fc", "call_id": id, "name": name, "arguments": value}
        for id, name, value in texts
    ]
    return {"output": output}


def results(format: str, messages: list[Any]) -> list[tuple[str, str]]:
    """Returns the id and the text of each result of a tool."""
    if format == "anthropic":
        *_, user = messages
        assert user["role"] == "user"
        assert {block["type"] for block in user["content"]} == {"tool_result"}
        for block in user["content"]:
            assert block.get("is_error", False) == ("failed" in block["content"])
        return [(block["tool_use_id"], block["content"]) for block in user["content"]]
    if format == "openai":
        found = [message for message in messages if message["role"] == "tool"]
        return [(message["tool_call_id"], message["content"]) for message in found]
    found = [item for item in messages if item["type"] == "function_call_output"]
    return [(item["call_id"], item["output"]) for item in found]


def test_definitions(recorded: RecordedActions) -> None:
    function = {"name": "gmail_list", "description": "Lists.", "parameters": SCHEMA}
    assert tools_of(recorded, "openai").definitions == [{"type": "function", "function": function}]
    assert tools_of(recorded, "openai_responses").definitions == [
        {"type": "function", "strict": False, **function}
    ]
    assert tools_of(recorded, "anthropic").definitions == [
        {"name": "gmail_list", "description": "Lists.", "input_schema": SCHEMA}
    ]


@FORMATS
def test_the_message_of_the_model_and_the_results_are_returned(
    format: str, recorded: RecordedActions
) -> None:
    tools = tools_of(recorded, format)
    recorded.actions.pre_modifier("gmail_list")(lambda data: {**data, "max": 5})
    recorded.respond(
        result({"ok": True}), ScalekitToolRateLimitException("slow down", http_status=429)
    )
    response = asking(format, ("gmail_list", {"q": "x"}), ("gmail_list", {}))
    messages = run(tools, response)
    own = {
        "openai": lambda: [response["choices"][0]["message"]],
        "openai_responses": lambda: response["output"],
        "anthropic": lambda: [{"role": "assistant", "content": response["content"]}],
    }[format]()
    assert messages[: len(own)] == own
    assert results(format, messages) == [
        ("call_0", '{"ok": true}'),
        ("call_1", "The tool failed: slow down"),
    ]
    executed = [request.get("params") for _, request in recorded.sent()[1:]]
    assert executed == [{"q": "x", "max": 5}, {"max": 5}]


@FORMATS
def test_invalid_calls_are_failures(format: str, recorded: RecordedActions) -> None:
    tools = tools_of(recorded, format)
    invalid: Any = [1] if format == "anthropic" else '{"q": '
    response = asking(format, ("unknown", {}), ("gmail_list", invalid), ("gmail_list", [1]))
    assert results(format, run(tools, response)) == [
        ("call_0", "The tool failed: there is no tool unknown"),
        ("call_1", "The tool failed: the arguments are not a JSON object"),
        ("call_2", "The tool failed: the arguments are not a JSON object"),
    ]
    assert len(recorded.sent()) == 1


@FORMATS
def test_a_response_without_calls_has_no_messages(format: str, recorded: RecordedActions) -> None:
    tools = tools_of(recorded, format)
    message = {"role": "assistant", "content": [{"type": "text", "text": "done"}]}
    other = {"type": "message", "content": [{"type": "output_text", "text": "done"}]}
    custom = {"id": "call_1", "type": "custom", "custom": {"name": "own", "input": ""}}
    for response in (
        {**message, "choices": [{"message": message}], "output": [other]},
        {"choices": [{"message": {"tool_calls": [custom]}}], "output": [], "content": []},
    ):
        assert run(tools, response) == []


def test_the_message_of_a_chat_completion_is_accepted(recorded: RecordedActions) -> None:
    tools = tools_of(recorded, "openai")
    message = asking("openai", ("gmail_list", {}))["choices"][0]["message"]
    assert results("openai", run(tools, message)) == [("call_0", "{}")]


@FORMATS
def test_two_accounts_with_the_same_tool_are_rejected(
    format: str, recorded: RecordedActions
) -> None:
    recorded.respond(page((LIST, "ca_1"), (LIST, "ca_2")))
    with pytest.raises(ScalekitArgumentException, match="two connected accounts have the tool"):
        recorded.call(f"{format}.get_tools", "user_1", tool_names=["a"])


def complete(format: str, response: dict[str, Any]) -> dict[str, Any]:
    """Adds the fields that the official packages require."""
    if format == "anthropic":
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "msg_1", "type": "message", "model": "m", "stop_reason": "tool_use"}
        return {**message, "stop_sequence": None, "usage": usage, **response}
    if format == "openai":
        return {"id": "c_1", "object": "chat.completion", "created": 1, "model": "m", **response}
    fields = {"id": "r_1", "object": "response", "created_at": 1, "model": "m"}
    output = [{"status": "completed", **item} for item in response["output"]]
    return {
        **fields,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        **response,
        "output": output,
    }


def send(format: str, url: str, tools: Any) -> list[Any]:
    """Sends a request with the official package, and returns the messages for the next one."""
    messages: list[Any] = [{"role": "user", "content": "go"}]
    definitions: Any = tools.definitions
    if format == "anthropic":
        with anthropic.Anthropic(api_key="k", base_url=url) as client:
            create = client.messages.create
            arguments = {"model": "m", "max_tokens": 10, "tools": definitions}
            messages += run(tools, create(messages=messages, **arguments))
            create(messages=messages, **arguments)
        return messages
    with openai.OpenAI(api_key="k", base_url=url) as client:
        if format == "openai":
            create = client.chat.completions.create
            messages += run(tools, create(model="m", messages=messages, tools=definitions))
            create(model="m", messages=messages, tools=definitions)
        else:
            create = client.responses.create
            messages += run(tools, create(model="m", input=messages, tools=definitions))
            create(model="m", input=messages, tools=definitions)
    return messages


@FORMATS
def test_the_official_package_sends_definitions_and_results(
    format: str, accounts: Emulator
) -> None:
    first = complete(format, asking(format, *zip(TOOLS, INPUTS, strict=True)))
    with accounts.client() as client, ModelServer(first, first) as server:
        adapter = getattr(client.actions, format)
        tools = adapter.get_tools("ada", tool_names=TOOLS, page_size=1)
        send(format, server.url, tools)
    before, after = server.requests
    assert before["tools"] == after["tools"] == tools.definitions
    sent = after["input" if format == "openai_responses" else "messages"]
    rows = [item for item in sent[1:] if item.get("role") != "assistant"]
    if format == "openai_responses":
        assert [item["call_id"] for item in rows[:2]] == ["call_0", "call_1"]
    mails, failed = results(format, rows)
    assert (mails[0], json.loads(mails[1])) == ("call_0", MAILS)
    assert failed[0] == "call_1"
    assert_fresh_link(failed[1])
    assert sorted(called_tools(accounts)) == list(zip(TOOLS, INPUTS, strict=True))

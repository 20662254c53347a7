"""Runs the snippets of docs/agents.md with the emulator. Models are scripted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anthropic
import openai
import pytest
from connected_accounts import MAILS, SEED
from documents import redirect, run_command, snippets
from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from model_server import ModelServer
from programs import BINARY, ROOT

from scalekit.testing import Emulator

GUIDE = "docs/agents.md"
SNIPPETS = snippets(GUIDE, "python")
FETCH = ("gmail_fetch_mails", {"query": "is:unread"})


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, auto_approve=True, binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def module(
    request: pytest.FixtureRequest, shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The functions of a snippet, with a client of the emulator."""
    shared_emulator.admin("POST", "reset", {})
    shared_emulator.admin("POST", "tool-responses", {"tool_name": "gmail_*", "data": MAILS})
    for name, value in shared_emulator.environment.items():
        monkeypatch.setenv(name, value)
    module = ModuleType("snippet")
    exec(SNIPPETS[request.param], vars(module))
    return module


def of(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("module", [heading], indirect=True)


def executed(emulator: Emulator) -> list[tuple[str, Any]]:
    calls = emulator.admin("GET", "tool-calls")
    return [(call["tool_name"], call["params"]) for call in calls]


def test_all_snippets_are_tested() -> None:
    assert SNIPPETS.keys() == {
        "First agent",
        "Connect accounts",
        "LangChain",
        "Google ADK",
        "OpenAI Chat Completions",
        "OpenAI Responses",
        "Anthropic",
        "MCP servers",
        "Other frameworks",
        "Select tools",
        "Failures",
    }


def test_the_first_agent_runs_with_its_command(tmp_path: Path) -> None:
    (tmp_path / "connections.json").write_text(snippets(GUIDE, "json")["First agent"])
    (tmp_path / "first_agent.py").write_text(SNIPPETS["First agent"])
    output = run_command(snippets(GUIDE, "sh")["First agent"], tmp_path)
    result = {"tool": "slack_send_message", "params": {"text": "Hello!", "channel": "general"}}
    prefix = "The tool returned "
    assert output.startswith(prefix)
    assert eval(output.removeprefix(prefix)) == result


@of("Connect accounts")
def test_accounts_are_connected(module: ModuleType, shared_emulator: Emulator) -> None:
    url = redirect(module.connect("eve", "state-of-the-cookie"))
    assert url.startswith(module.VERIFY_URL)
    parameters = parse_qs(urlsplit(url).query)
    assert parameters["state"] == ["state-of-the-cookie"]
    assert module.connected("eve", parameters["auth_request_id"][0]).startswith("http")
    with shared_emulator.client() as client:
        names = [tool.name for tool in client.actions.get_tools("eve")]
    assert "gmail_fetch_mails" in names


class LangChainModel(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self


@of("LangChain")
def test_langchain(module: ModuleType, shared_emulator: Emulator) -> None:
    name, tool_input = FETCH
    call = {"name": name, "args": tool_input, "id": "call_1"}
    model = LangChainModel(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("done")]))
    assert module.respond(model, "ada", "Are there new mails?") == "done"
    assert executed(shared_emulator) == [FETCH]


class AdkModel(BaseLlm):
    async def generate_content_async(self, llm_request: Any, stream: bool = False) -> Any:
        if len(llm_request.contents) == 1:
            name, tool_input = FETCH
            part = types.Part.from_function_call(name=name, args=tool_input)
        else:
            part = types.Part(text="done")
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


@of("Google ADK")
def test_google_adk(module: ModuleType, shared_emulator: Emulator) -> None:
    async def main() -> str:
        agent: LlmAgent = await module.agent_of(AdkModel(model="scripted"), "ada")
        runner = InMemoryRunner(agent=agent, app_name="app")
        session = await runner.session_service.create_session(app_name="app", user_id="ada")
        prompt = types.Content(role="user", parts=[types.Part(text="Are there new mails?")])
        text = ""
        async for event in runner.run_async(
            user_id="ada", session_id=session.id, new_message=prompt
        ):
            parts = event.content.parts if event.content else None
            text = (parts[-1].text if parts else None) or text
        await runner.close()
        return text

    assert asyncio.run(main()) == "done"
    assert executed(shared_emulator) == [FETCH]


def respond(module: ModuleType, client: Any) -> str:
    """Runs a snippet with a client of a model API, and closes it."""
    with client:
        text: str = module.respond(client, "m", "ada", "Are there new mails?")
    return text


def chat(message: dict[str, Any], reason: str) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", **message}}
    fields = {"id": "c_1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**fields, "choices": [choice]}


@of("OpenAI Chat Completions")
def test_chat_completions(module: ModuleType, shared_emulator: Emulator) -> None:
    name, tool_input = FETCH
    function = {"name": name, "arguments": json.dumps(tool_input)}
    call = {"id": "call_1", "type": "function", "function": function}
    first = chat({"content": None, "tool_calls": [call]}, "tool_calls")
    with ModelServer(first, chat({"content": "done"}, "stop")) as server:
        client = openai.OpenAI(api_key="k", base_url=server.url)
        assert respond(module, client) == "done"
    assert json.loads(server.requests[1]["messages"][-1]["content"]) == MAILS
    assert executed(shared_emulator) == [FETCH]


@of("OpenAI Responses")
def test_responses(module: ModuleType, shared_emulator: Emulator) -> None:
    name, tool_input = FETCH
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "status": "completed",
        "name": name,
        "arguments": json.dumps(tool_input),
    }
    content = [{"type": "output_text", "text": "done", "annotations": []}]
    message = {"type": "message", "id": "m_1", "status": "completed", "role": "assistant"}
    fields = {"id": "r_1", "object": "response", "created_at": 1, "model": "m", "tools": []}
    common = {**fields, "parallel_tool_calls": True, "tool_choice": "auto"}
    last = {**common, "output": [{**message, "content": content}]}
    with ModelServer({**common, "output": [call]}, last) as server:
        client = openai.OpenAI(api_key="k", base_url=server.url)
        assert respond(module, client) == "done"
    assert json.loads(server.requests[1]["input"][-1]["output"]) == MAILS
    assert executed(shared_emulator) == [FETCH]


@of("Anthropic")
def test_anthropic(module: ModuleType, shared_emulator: Emulator) -> None:
    name, tool_input = FETCH

    def message(block: dict[str, Any], reason: str) -> dict[str, Any]:
        usage = {"input_tokens": 1, "output_tokens": 1}
        fields = {"id": "m_1", "type": "message", "role": "assistant", "model": "m"}
        return {**fields, "content": [block], "stop_reason": reason, "usage": usage}

    call = {"type": "tool_use", "id": "call_1", "name": name, "input": tool_input}
    last = message({"type": "text", "text": "done"}, "end_turn")
    with ModelServer(message(call, "tool_use"), last) as server:
        client = anthropic.Anthropic(api_key="k", base_url=server.url)
        assert respond(module, client) == "done"
    (block,) = server.requests[1]["messages"][-1]["content"]
    assert json.loads(block["content"]) == MAILS
    assert executed(shared_emulator) == [FETCH]


def test_the_snippet_for_the_ai_sdk_is_tested_in_node() -> None:
    (snippet,) = snippets(GUIDE, "js").values()
    assert snippet == snippets("node/README.md", "js")["AI SDK"]


@of("MCP servers")
def test_an_mcp_client_connects(module: ModuleType, shared_emulator: Emulator) -> None:
    async def main() -> Any:
        return await module.fetch_mails(await module.create_server(), "ada")

    assert asyncio.run(main()) == MAILS
    assert executed(shared_emulator) == [FETCH]


@of("Other frameworks")
def test_other_frameworks(module: ModuleType, shared_emulator: Emulator) -> None:
    definitions = {row["name"]: row for row in module.definitions("ada")}
    assert definitions["gmail_fetch_mails"]["schema"]["type"] == "object"
    assert module.call("ada", *FETCH) == MAILS
    error = {"code": "RESOURCE_EXHAUSTED", "message": "slow down"}
    script = {"tool_name": "slack_send_message", "error": error}
    shared_emulator.admin("POST", "tool-responses", script)
    assert module.call("ada", "slack_send_message", {}) == "The tool failed: slow down"


@of("Select tools")
def test_modifiers(module: ModuleType, shared_emulator: Emulator) -> None:
    (tool,) = module.client.actions.get_tools("ada", tool_names=["gmail_fetch_mails"])
    assert tool.call({"query": "is:unread"}) == MAILS
    assert executed(shared_emulator)[0][1] == {"query": "is:unread", "max_results": 5}


@of("Failures")
def test_links_lead_to_the_application(module: ModuleType, shared_emulator: Emulator) -> None:
    error = {"code": "UNAUTHENTICATED", "message": "the grant was revoked"}
    shared_emulator.admin("POST", "tool-responses", {"tool_name": "slack_*", "error": error})
    tools = {tool.name: tool for tool in module.tools_of("ada", "s1")}
    text = tools["slack_send_message"].invoke({"channel": "c", "text": "hi"})
    url = redirect(text.rpartition(" ")[2])
    assert url.startswith("http://localhost:3000/connected?")
    assert parse_qs(urlsplit(url).query)["state"] == ["s1"]


def test_the_packages_of_the_guide_have_their_extras() -> None:
    project = (ROOT / "python/pyproject.toml").read_text()
    for heading in ("LangChain", "Google ADK"):
        command = snippets(GUIDE, "sh")[heading]
        extra = command.partition("[")[2].partition("]")[0]
        assert f"optional-dependencies.{extra} = " in project

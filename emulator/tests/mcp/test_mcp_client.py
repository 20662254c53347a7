"""The official MCP client for Python connects to virtual servers of the emulator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent
from programs import BINARY

from scalekit.testing import Emulator

SEED = {
    "connections": [
        {
            "id": "conn_1",
            "key_id": "slack",
            "provider_key": "SLACK",
            "type": "OAUTH",
            "enabled": True,
        }
    ],
    "accounts": [
        {
            "id": "ca_1",
            "identifier": "ann",
            "connector": "slack",
            "provider": "SLACK",
            "connection_id": "conn_1",
            "status": "ACTIVE",
        }
    ],
    "mcp_configs": [
        {
            "id": "mcpc_1",
            "name": "helper",
            "connection_tool_mappings": [
                {"connection_name": "slack", "provider": "SLACK"},
                {"connection_name": "slack", "tools": ["emulator_fail"]},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, auto_approve=True, binary=BINARY) as emulator:
        yield emulator


@asynccontextmanager
async def connect(emulator: Emulator, identifier: str, mode: str = "auto") -> AsyncIterator[Client]:
    """Connects to the server of the configuration with a session token."""
    with emulator.client() as client:
        config = client.mcp.get_mcp_config("mcpc_1")[0].config
        token = client.mcp.create_session_token("mcpc_1", identifier=identifier)[0].token
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(
            streamable_http_client(config.mcp_server_url, http_client=http), mode=mode
        ) as session,
    ):
        yield session


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_client_lists_and_calls_tools(emulator: Emulator, mode: str) -> None:
    async def run() -> None:
        async with connect(emulator, "ann", mode) as client:
            assert client.server_info.name == "helper"
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["slack_send_message", "emulator_fail"]
            assert tools[0].input_schema["properties"]["text"] == {"type": "string"}
            result = await client.call_tool("slack_send_message", {"text": "hi"})
            data = {"tool": "slack_send_message", "params": {"text": "hi"}}
            assert not result.is_error
            assert result.structured_content == data
            assert json.loads(text(result)) == data

    asyncio.run(run())


def test_failures_are_results_and_unknown_tools_are_errors(emulator: Emulator) -> None:
    async def run() -> None:
        async with connect(emulator, "ann") as client:
            result = await client.call_tool("emulator_fail", {"message": "no luck"})
            assert result.is_error
            assert text(result) == "no luck"
            with pytest.raises(MCPError, match="Unknown tool: missing"):
                await client.call_tool("missing", {})
        async with connect(emulator, "eve") as client:
            result = await client.call_tool("slack_send_message", {})
            assert result.is_error
            assert "To authorize access, open http" in text(result)

    asyncio.run(run())


def test_a_session_token_is_required(emulator: Emulator) -> None:
    async def run() -> None:
        async with Client(f"{emulator.url}/mcp/mcpc_1") as client:
            await client.list_tools()

    with pytest.raises(Exception) as caught:
        asyncio.run(run())
    error: Exception = caught.value
    # The client raises the error in exception groups.
    while hasattr(error, "exceptions"):
        (error,) = error.exceptions
    assert isinstance(error, MCPError)

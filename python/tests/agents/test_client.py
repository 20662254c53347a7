"""``client.actions`` and ``client.connect``."""

from __future__ import annotations

import asyncio
import inspect
import json
import subprocess
import sys
from typing import Any
from unittest.mock import AsyncMock, Mock, create_autospec

import pytest

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit.actions import ActionClient, AsyncActionClient
from scalekit.actions.types import ExecuteToolResponse, MagicLinkResponse

pytestmark = pytest.mark.protobuf

ARGUMENTS = ("https://acme.scalekit.com", "skc_1", "secret")
CLIENTS = pytest.mark.parametrize(
    ("kind", "action_class"),
    [(ScalekitClient, ActionClient), (AsyncScalekitClient, AsyncActionClient)],
)


@CLIENTS
def test_both_attributes_exist_with_their_own_modifiers(kind: Any, action_class: Any) -> None:
    client = kind(*ARGUMENTS)
    assert type(client.actions) is type(client.connect) is action_class
    assert client.actions is client.actions
    assert client.actions is not client.connect
    client.actions.pre_modifier("a")(lambda data: data)
    assert len(client.actions.get_modifiers()) == 1
    assert client.connect.get_modifiers() == []
    assert {"actions", "connect"} <= set(dir(client))
    with pytest.raises(AttributeError, match="has no attribute 'action'"):
        _ = client.action


@CLIENTS
def test_the_services_are_attributes(kind: Any, action_class: Any) -> None:
    client = kind(*ARGUMENTS)
    assert client.actions.tools is client.tools
    assert client.actions.connected_accounts is client.connected_accounts
    assert hasattr(client.actions.tools, "list_scoped_tools")


def test_the_attributes_can_be_replaced_in_tests() -> None:
    client = ScalekitClient(*ARGUMENTS)
    fake = create_autospec(ActionClient, instance=True)
    fake.execute_tool.return_value = ExecuteToolResponse(data={"a": 1})
    client.actions = fake
    assert client.actions.execute_tool({"q": 1}, "gmail_list", "user_1").data == {"a": 1}
    with pytest.raises(TypeError):
        client.actions.execute_tool(unknown=1)  # type: ignore[call-arg]

    client.connect.get_authorization_link = Mock(return_value=MagicLinkResponse(link="l"))
    assert client.connect.get_authorization_link("user_1", "gmail").link == "l"
    client.connect.get_authorization_link.assert_called_once()


def test_fake_services_receive_plain_values() -> None:
    tools, accounts = Mock(), Mock()
    tools.execute_tool.side_effect = RuntimeError("stop")
    with pytest.raises(RuntimeError, match="stop"):
        ActionClient(tools, accounts).execute_tool({"q": (1, 2)}, "gmail_list", "user_1")
    arguments = tools.execute_tool.call_args.kwargs
    assert (arguments["params"], arguments["identifier"]) == ({"q": [1, 2]}, "user_1")

    tools.execute_tool = AsyncMock(side_effect=RuntimeError("stop"))
    with pytest.raises(RuntimeError, match="stop"):
        asyncio.run(AsyncActionClient(tools, accounts).execute_tool({}, "gmail_list", "user_1"))


def test_methods_can_be_inspected() -> None:
    for kind in (ActionClient, AsyncActionClient):
        signature = inspect.signature(kind.execute_tool)
        names = list(signature.parameters)
        assert names[:7] == [
            "self",
            "tool_input",
            "tool_name",
            "identifier",
            "tool_request",
            "connected_account_id",
            "connection_name",
        ]
        assert signature.return_annotation == "types.ExecuteToolResponse"
        assert "Executes a tool" in (inspect.getdoc(kind.execute_tool) or "")


def test_a_cancelled_call_stops_its_steps() -> None:
    started, ended = asyncio.Event(), []

    async def hang(**_: Any) -> Any:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def main() -> None:
        tools = Mock(execute_tool=hang)
        actions = AsyncActionClient(tools, Mock())
        task = asyncio.ensure_future(actions.execute_tool({}, "gmail_list", "user_1"))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended == [True]


def test_the_client_loads_the_agent_api_lazily() -> None:
    code = """
import json, sys
import scalekit
client = scalekit.ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
before = [name for name in sys.modules if name.startswith("scalekit.actions")]
client.actions
models = [name for name in sys.modules if name.startswith("scalekit.actions.models.responses.")]
print(json.dumps([before, models]))
"""
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(output.stdout) == [[], []]

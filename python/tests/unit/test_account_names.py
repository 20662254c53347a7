"""Tests that a connected account is named by its id, or by its connector and identifier."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from recorder import Services

from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.v1.connected_accounts import connected_accounts_pb2 as accounts_pb2
from scalekit.v1.tools import tools_pb2

pytestmark = pytest.mark.protobuf

ACCOUNTS = {
    "get_magic_link_for_connected_account": accounts_pb2.GetMagicLinkForConnectedAccountRequest,
    "get_connected_account_by_identifier": accounts_pb2.GetConnectedAccountByIdentifierRequest,
    "get_connected_account_details_by_identifier": accounts_pb2.GetConnectedAccountByIdentifierRequest,
    "update_connected_account": accounts_pb2.UpdateConnectedAccountRequest,
    "delete_connected_account": accounts_pb2.DeleteConnectedAccountRequest,
}
METHODS = pytest.mark.parametrize("method", ACCOUNTS)
SYNC_AND_ASYNC = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def call(services: Services, method: str, *names: Any, **more: Any) -> Any:
    rest = ({},) if method == "update_connected_account" else ()
    result = getattr(services.connected_accounts, method)(*names, *rest, **more)
    if services.recorder.is_async:
        asyncio.run(result)
    sent = services.recorder.sent(ACCOUNTS[method])
    return {
        name: value for name, value in MessageToDict(sent).items() if name != "connectedAccount"
    }


@SYNC_AND_ASYNC
@METHODS
def test_an_account_id_alone_is_enough(method: str, is_async: bool) -> None:
    sent = call(Services(is_async), method, None, None, connected_account_id="ca_1")
    assert sent == {"id": "ca_1"}


@SYNC_AND_ASYNC
@METHODS
def test_a_connector_and_an_identifier_are_enough(method: str, is_async: bool) -> None:
    sent = call(Services(is_async), method, "slack", "user_1")
    assert sent == {"connector": "slack", "identifier": "user_1"}


@METHODS
def test_all_given_names_of_an_account_are_sent(method: str) -> None:
    sent = call(
        Services(), method, "slack", "user_1", connected_account_id="ca_1", organization_id="org_1"
    )
    assert sent == {
        "connector": "slack",
        "identifier": "user_1",
        "id": "ca_1",
        "organizationId": "org_1",
    }


@pytest.mark.parametrize("method", sorted(set(ACCOUNTS) - {"update_connected_account"}))
def test_connector_and_identifier_are_optional_with_an_account_id(method: str) -> None:
    assert call(Services(), method, connected_account_id="ca_1") == {"id": "ca_1"}


@SYNC_AND_ASYNC
@METHODS
@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((None, None), "connection_name is required"),
        (("", ""), "connection_name is required"),
        ((None, "user_1"), "connection_name is required"),
        (("slack", None), "identifier is required"),
        (("slack", ""), "identifier is required"),
    ],
)
def test_an_incomplete_name_of_an_account_is_rejected(
    method: str, names: tuple[Any, Any], message: str, is_async: bool
) -> None:
    services = Services(is_async)
    with pytest.raises(ScalekitArgumentException) as caught:
        call(services, method, *names, organization_id="org_1")
    assert str(caught.value) == message
    assert caught.value.detail == "connector and identifier, or connected_account_id, must be given"
    assert str(caught.value.operation).startswith("ConnectedAccountService.")
    assert not services.recorder.calls


@SYNC_AND_ASYNC
def test_execute_tool_accepts_an_account_id_alone(is_async: bool) -> None:
    services = Services(is_async)
    for arguments in ({"identifier": None}, {}):
        result = services.tools.execute_tool(
            "gmail_send", params={"to": "a"}, connected_account_id="ca_1", **arguments
        )
        if is_async:
            asyncio.run(result)
        sent = MessageToDict(services.recorder.sent(tools_pb2.ExecuteToolRequest))
        assert sent == {
            "toolName": "gmail_send",
            "params": {"to": "a"},
            "connectedAccountId": "ca_1",
        }


@SYNC_AND_ASYNC
@pytest.mark.parametrize("identifier", [None, ""])
def test_execute_tool_rejects_a_missing_account(identifier: Any, is_async: bool) -> None:
    services = Services(is_async)
    with pytest.raises(ScalekitArgumentException) as caught:
        services.tools.execute_tool("gmail_send", identifier, connection_name="gmail")
    assert str(caught.value) == "identifier is required"
    assert caught.value.operation == "ToolService.ExecuteTool"
    assert not services.recorder.calls

"""The tools of a user, independent of frameworks."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from recorded_actions import RecordedActions
from scoped_tools import page, result

from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitForbiddenException,
    ScalekitToolException,
    ScalekitToolRateLimitException,
    ScalekitToolUnauthorizedException,
)
from scalekit.v1.connected_accounts import connected_accounts_pb2 as pb

pytestmark = pytest.mark.protobuf

LIST, EXECUTE = "ToolService.ListScopedTools", "ToolService.ExecuteTool"
ACCOUNTS = "ConnectedAccountService.ListConnectedAccounts"
GMAIL = {"connection_names": ["gmail"]}
LINK = "https://link.example"
SCHEMA = {
    "type": "object",
    "properties": {"to": {"type": "string"}, "count": {"type": "integer", "maximum": 5}},
    "required": ["to"],
}
SEND = {
    "name": "gmail_send",
    "description": "Sends.",
    "input_schema": SCHEMA,
    "annotations": {"title": "Send", "read_only_hint": False, "openWorldHint": True, "other": 1},
}


def awaited(value: Any) -> Any:
    async def wait() -> Any:
        return await value

    return asyncio.run(wait()) if inspect.isawaitable(value) else value


def failed(recorded: RecordedActions, error: Exception) -> Exception:
    recorded.respond(error)
    with pytest.raises(type(error)) as caught:
        recorded.call("execute_tool", {}, "a", connected_account_id="ca_1")
    return caught.value


def test_the_tools_of_all_pages_are_returned(recorded: RecordedActions) -> None:
    recorded.respond(page((SEND, "ca_1"), token="t"), page(({}, "ca_2")), result({"n": 1}), None)
    first, second = recorded.call("get_tools", "user_1", **GMAIL)
    assert (first.name, first.description, first.provider) == ("gmail_send", "Sends.", "GMAIL")
    assert first.connected_account_id == "ca_1"
    assert first.input_schema == SCHEMA
    assert type(first.input_schema["properties"]["count"]["maximum"]) is int
    hints = {"title": "Send", "read_only_hint": False, "open_world_hint": True}
    assert first.annotations == hints
    assert (second.name, second.description) == ("gmail_tool", "Scalekit tool")
    assert second.input_schema == {"type": "object", "properties": {}}
    assert second.annotations == {}
    assert repr(second) == "<tool gmail_tool of ca_2>"

    recorded.actions.pre_modifier("gmail_send")(lambda data: {**data, "cc": "c"})
    assert awaited(first.call({"to": "b"})) == {"n": 1}
    assert awaited(second.call()) == {}
    request = {
        "identifier": "user_1",
        "filter": {"connectionNames": ["gmail"]},
        "pageSize": 100,
    }
    assert recorded.sent() == [
        [LIST, request],
        [LIST, {**request, "pageToken": "t"}],
        [
            EXECUTE,
            {
                "toolName": "gmail_send",
                "connectedAccountId": "ca_1",
                "params": {"to": "b", "cc": "c"},
            },
        ],
        [EXECUTE, {"toolName": "gmail_tool", "connectedAccountId": "ca_2"}],
    ]


def test_tools_are_selected_by_provider_name_and_connection(recorded: RecordedActions) -> None:
    given = {"providers": "GMAIL", "tool_names": ["a"], "connection_names": ["gmail"]}
    assert recorded.call("get_tools", "user_1", **given, page_size=5) == []
    selected = {"providers": ["GMAIL"], "toolNames": ["a"], "connectionNames": ["gmail"]}
    request = {"identifier": "user_1", "filter": selected, "pageSize": 5}
    assert recorded.sent() == [[LIST, request]]


def test_without_a_filter_the_connections_of_the_user_are_the_filter(
    recorded: RecordedActions,
) -> None:
    def accounts(*connectors: str, token: str = "") -> Any:
        rows = [{"connector": connector} for connector in connectors]
        message = pb.ListConnectedAccountsResponse()
        return ParseDict({"connected_accounts": rows, "next_page_token": token}, message)

    pages = accounts("slack", "gmail", token="t"), accounts("gmail")
    recorded.respond(*pages, page((SEND, "ca_1")))
    assert len(recorded.call("get_tools", "user_1")) == 1
    of_user = {"identifier": "user_1", "pageSize": 50}
    connections = {"connectionNames": ["gmail", "slack"]}
    assert recorded.sent() == [
        [ACCOUNTS, of_user],
        [ACCOUNTS, {**of_user, "pageToken": "t"}],
        [LIST, {"identifier": "user_1", "filter": connections, "pageSize": 100}],
    ]
    # A user without accounts has no tools.
    assert recorded.call("get_tools", "user_2") == []
    assert [operation for operation, _ in recorded.sent()[3:]] == [ACCOUNTS]


def test_only_the_page_of_a_token_is_fetched(recorded: RecordedActions) -> None:
    recorded.respond(page((SEND, "ca_1"), token="t2"))
    assert len(recorded.call("get_tools", "user_1", **GMAIL, page_token="t1")) == 1
    assert [request["pageToken"] for _, request in recorded.sent()] == ["t1"]


def test_a_repeated_token_ends_the_pages(recorded: RecordedActions) -> None:
    recorded.respond(*[page((SEND, "ca_1"), token="t")] * 2)
    assert len(recorded.call("get_tools", "user_1", **GMAIL)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"identifier": ""}, "identifier is required"),
        ({"identifier": "a", "tool_name": "b"}, "has no 'tool_name'; use 'tool_names'"),
        ({"identifier": "a", "providers": 5}, "providers must be a str or a list of str, not int"),
    ],
)
def test_invalid_arguments_are_rejected(
    arguments: dict[str, Any], message: str, recorded: RecordedActions
) -> None:
    with pytest.raises(ScalekitArgumentException, match=message):
        recorded.call("get_tools", **arguments)
    assert recorded.sent() == []


def test_the_text_of_a_failure_contains_a_link_if_the_user_must_authorize(
    recorded: RecordedActions,
) -> None:
    error = failed(recorded, ScalekitToolUnauthorizedException("revoked", http_status=401))
    with_link = f"The tool failed: revoked. The user must authorize access again: {LINK}"
    link = pb.GetMagicLinkForConnectedAccountResponse(link=LINK)
    recorded.respond(link)
    assert recorded.call("describe_tool_failure", error) == with_link
    recorded.respond(link)
    assert recorded.call("describe_tool_failure", error, {"state": "s"}) == with_link
    assert recorded.sent()[-1][1] == {"id": "ca_1", "state": "s"}
    count = len(recorded.sent())
    assert recorded.call("describe_tool_failure", error, False) == "The tool failed: revoked"
    assert len(recorded.sent()) == count
    # A missing link does not hide the failure of the tool.
    for response in (ScalekitForbiddenException("no", http_status=403), None):
        recorded.respond(response)
        assert recorded.call("describe_tool_failure", error) == "The tool failed: revoked"


def test_the_text_of_other_failures_contains_no_link(recorded: RecordedActions) -> None:
    details = [{"tool_error_info": {"tool_error_message": "slow down"}}]
    limited = ScalekitToolRateLimitException("429", http_status=429, err_details=details)
    # An exception that execute_tool() did not raise has no account.
    foreign = ScalekitToolException("lost", http_status=401)
    for error, text in ((limited, "slow down"), (foreign, "lost"), (KeyError("own"), "'own'")):
        described = recorded.call("describe_tool_failure", error)
        assert described == f"The tool failed: {text}"
    assert recorded.sent() == []


def test_the_text_says_that_a_tool_has_acted_if_a_modifier_failed(
    recorded: RecordedActions,
) -> None:
    @recorded.actions.post_modifier("a")
    def fail(data: dict[str, Any]) -> dict[str, Any]:
        return {"n": data["missing"]}

    recorded.respond(result({"sent": True}))
    with pytest.raises(KeyError) as caught:
        recorded.call("execute_tool", {}, "a", connected_account_id="ca_1")
    expected = "The tool has acted, but its result could not be processed: 'missing'"
    assert recorded.call("describe_tool_failure", caught.value) == expected


def test_unknown_options_of_links_are_rejected(recorded: RecordedActions) -> None:
    error = ScalekitToolException("lost", http_status=401)
    with pytest.raises(ScalekitArgumentException, match="links has no 'userVerifyUrl'; use 'user_"):
        recorded.call("describe_tool_failure", error, {"userVerifyUrl": "https://a"})
    with pytest.raises(ScalekitArgumentException, match="links must be a bool or a dict, not str"):
        recorded.call("describe_tool_failure", error, "https://a")

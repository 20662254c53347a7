"""The input and the result of tools, and the authorization after an error."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from recorded_actions import RecordedActions

from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitToolException,
    ScalekitToolForbiddenException,
    ScalekitToolUnauthorizedException,
)
from scalekit.v1.connected_accounts import connected_accounts_pb2 as pb
from scalekit.v1.tools import tools_pb2

pytestmark = pytest.mark.protobuf


def response(data: dict[str, Any] | None) -> tools_pb2.ExecuteToolResponse:
    message = tools_pb2.ExecuteToolResponse(execution_id="exe_1")
    if data is not None:
        message.data.SetInParent()
        message.data.update(data)
    return message


def execute(recorded: RecordedActions, tool_input: Any = None, **account: Any) -> Any:
    account = account or {"identifier": "user_1"}
    return recorded.call("execute_tool", tool_name="a", tool_input=tool_input, **account)


def test_whole_numbers_are_int(recorded: RecordedActions) -> None:
    recorded.respond(
        response({"n": 5, "x": 0.5, "big": 2.0**53, "bigger": 2.0**60, "in": [{"n": 1}], "b": True})
    )
    data = execute(recorded).data
    assert data == {
        "n": 5,
        "x": 0.5,
        "big": 2**53,
        "bigger": 2.0**60,
        "in": [{"n": 1}],
        "b": True,
    }
    kinds = {name: type(data[name]) for name in ("n", "x", "big", "bigger", "b")}
    assert kinds == {"n": int, "x": float, "big": int, "bigger": float, "b": bool}
    assert type(data["in"][0]["n"]) is int


def test_an_empty_result_differs_from_none(recorded: RecordedActions) -> None:
    recorded.respond(response({}), response(None))
    assert execute(recorded).data == {}
    assert execute(recorded).data is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), r"tool_input\['k'\] must be a JSON value, not object"),
        (b"secret-value", r"tool_input\['k'\] must be a JSON value, not bytes"),
        ([{"a": {1, 2}}], r"tool_input\['k'\]\[0\]\['a'\] must be a JSON value, not set"),
        (float("nan"), r"tool_input\['k'\] must be a finite number"),
        (2**53 + 1, r"tool_input\['k'\] is an integer beyond 2\*\*53, .* pass it as a str"),
    ],
)
def test_input_that_is_not_json_is_rejected(
    value: Any, message: str, recorded: RecordedActions
) -> None:
    with pytest.raises(ScalekitArgumentException, match=message) as caught:
        execute(recorded, {"k": value})
    assert "secret-value" not in str(caught.value)
    assert recorded.sent() == []


def test_the_input_can_be_a_struct(recorded: RecordedActions) -> None:
    struct = Struct()
    struct.update({"q": "text", "n": 5})
    execute(recorded, struct)
    assert recorded.sent()[0][1]["params"] == {"q": "text", "n": 5.0}
    with pytest.raises(ScalekitArgumentException, match="tool_input must be a dict, not str"):
        execute(recorded, "text")


@pytest.mark.parametrize(
    ("account", "sent"),
    [
        (
            {"identifier": "user_1", "connection_name": "gmail"},
            {"identifier": "user_1", "connector": "gmail"},
        ),
        ({"connected_account_id": "ca_1"}, {"id": "ca_1"}),
        (
            {"connected_account_id": "ca_1", "organization_id": "org_1", "user_id": "usr_1"},
            {"id": "ca_1", "organizationId": "org_1", "userId": "usr_1"},
        ),
    ],
)
def test_an_unauthorized_tool_leads_to_a_link_for_its_account(
    account: dict[str, str], sent: dict[str, str], recorded: RecordedActions
) -> None:
    error = ScalekitToolUnauthorizedException("expired", http_status=401)
    recorded.respond(error)
    with pytest.raises(ScalekitToolUnauthorizedException) as caught:
        execute(recorded, **account)
    assert caught.value is error
    assert error.needs_authorization
    recorded.respond(pb.GetMagicLinkForConnectedAccountResponse(link="https://link.example"))
    link = recorded.call(
        "get_authorization_link_for", error, state="s", user_verify_url="https://a"
    )
    assert link.link == "https://link.example"
    assert recorded.sent()[-1] == [
        "ConnectedAccountService.GetMagicLinkForConnectedAccount",
        {**sent, "state": "s", "userVerifyUrl": "https://a"},
    ]


def test_other_errors_need_no_authorization(recorded: RecordedActions) -> None:
    assert not ScalekitToolForbiddenException("scope", http_status=403).needs_authorization
    assert not ScalekitToolException("failed", http_status=500).needs_authorization
    with pytest.raises(ScalekitArgumentException, match="error must be an exception that execute"):
        recorded.call("get_authorization_link_for", ScalekitToolException("failed"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"connectionName": "gmail"}, "has no 'connectionName'; use 'connection_name'"),
        ({"toolInput": {}}, "has no 'toolInput'; use 'tool_input'"),
        ({"params": {}}, "has no 'params'; use 'tool_input'"),
        ({"account_id": "ca_1"}, "has no 'account_id'; use 'connected_account_id'"),
        ({"identifer": "user_1"}, "has no 'identifer'; use 'identifier'"),
        ({"zzz": 1}, "has no 'zzz'; it has tool_input, tool_name, identifier"),
        ({"connector": "a", "connection_name": "b"}, "connector and connection_name are the same"),
    ],
)
def test_the_error_for_an_unknown_argument_suggests_a_name(
    arguments: dict[str, Any], message: str, recorded: RecordedActions
) -> None:
    with pytest.raises(ScalekitArgumentException, match=message) as caught:
        recorded.call("execute_tool", {"q": 1}, "a", "user_1", **arguments)
    assert isinstance(caught.value, TypeError)
    assert recorded.sent() == []


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("refresh_connected_account", "get_authorization_link"),
        ("premodifier", "pre_modifier"),
        ("handle_tool_calls", "execute_tool"),
        ("create_mcp", "ensure_instance"),
    ],
)
def test_the_error_for_an_unknown_method_suggests_a_name(
    name: str, suggested: str, recorded: RecordedActions
) -> None:
    assert not hasattr(recorded.actions, name)
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'; use '{suggested}'"):
        getattr(recorded.actions, name)
    with pytest.raises(AttributeError, match=r"object has no attribute '_missing'$"):
        _ = recorded.actions._missing

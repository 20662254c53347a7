"""Modifiers of tools."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from recorded_actions import RecordedActions

from scalekit.actions.modifier import (
    Modifier,
    apply_modifiers,
    apply_post_modifiers,
    apply_pre_modifiers,
)
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitModifierException
from scalekit.v1.tools import tools_pb2

pytestmark = pytest.mark.protobuf


def executed(**data: Any) -> tools_pb2.ExecuteToolResponse:
    struct = Struct()
    struct.update(data)
    return tools_pb2.ExecuteToolResponse(data=struct, execution_id="exe_1")


def execute(
    recorded: RecordedActions, tool_input: Any = None, tool_name: str = "gmail_list"
) -> Any:
    return recorded.call(
        "execute_tool", tool_name=tool_name, tool_input=tool_input, identifier="user_1"
    )


def test_modifiers_are_applied_in_the_order_of_registration(recorded: RecordedActions) -> None:
    recorded.actions.pre_modifier("gmail_list")(lambda data: {**data, "order": [*data["order"], 1]})
    recorded.actions.pre_modifier(["other", "gmail_list"])(
        lambda data: {**data, "order": [*data["order"], 2]}
    )
    recorded.actions.pre_modifier("other")(lambda data: {"order": "wrong"})
    recorded.actions.post_modifier("gmail_list")(lambda data: {"seen": [data["n"]]})
    recorded.actions.post_modifier("gmail_list")(lambda data: {"seen": [*data["seen"], 2]})
    recorded.respond(executed(n=1))
    response = execute(recorded, {"order": [0]})
    assert recorded.sent()[0][1]["params"] == {"order": [0.0, 1.0, 2.0]}
    assert response.data == {"seen": [1, 2]}
    assert response.execution_id == "exe_1"


def test_a_decorated_function_is_returned_unchanged(recorded: RecordedActions) -> None:
    def limit(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "max": 5}

    stacked = recorded.actions.post_modifier("b")(recorded.actions.pre_modifier("a")(limit))
    assert stacked is limit
    assert limit({"q": 1}) == {"q": 1, "max": 5}
    assert [modifier.type for modifier in recorded.actions.get_modifiers()] == ["pre", "post"]


def test_the_input_of_the_caller_is_not_changed(recorded: RecordedActions) -> None:
    @recorded.actions.pre_modifier("gmail_list")
    def change(data: dict[str, Any]) -> dict[str, Any]:
        data["filter"]["labels"].append("inbox")
        data["max"] = 5
        return data

    given = {"filter": {"labels": ["x"]}}
    execute(recorded, given)
    assert given == {"filter": {"labels": ["x"]}}
    expected = {"filter": {"labels": ["x", "inbox"]}, "max": 5.0}
    assert recorded.sent()[0][1]["params"] == expected


@pytest.mark.parametrize("result", [None, [], "text"])
def test_a_pre_modifier_must_return_a_dict(result: Any, recorded: RecordedActions) -> None:
    recorded.actions.pre_modifier("gmail_list")(lambda data: result)
    kind = type(result).__name__
    message = f"pre-modifier <lambda>\\(\\) of tool gmail_list must return a dict, not {kind}"
    with pytest.raises(ScalekitArgumentException, match=message):
        execute(recorded, {"q": 1})
    assert recorded.sent() == []


def test_a_post_modifier_may_return_none(recorded: RecordedActions) -> None:
    recorded.actions.post_modifier("gmail_list")(lambda data: None)
    recorded.respond(executed(n=1))
    assert execute(recorded).data is None


def test_an_invalid_result_of_a_post_modifier_keeps_the_response(recorded: RecordedActions) -> None:
    @recorded.actions.post_modifier("gmail_list")
    def shorten(data: dict[str, Any]) -> Any:
        data.clear()
        return "short"

    recorded.respond(executed(n=1))
    message = r"post-modifier shorten\(\) of tool gmail_list must return a dict, not str"
    with pytest.raises(ScalekitModifierException, match=message) as caught:
        execute(recorded)
    assert isinstance(caught.value, ValueError)
    assert caught.value.execution_id == "exe_1"
    assert caught.value.tool_response.data == {"n": 1}


def test_the_exception_of_a_post_modifier_keeps_the_response(recorded: RecordedActions) -> None:
    @recorded.actions.post_modifier("gmail_list")
    def fail(data: dict[str, Any]) -> Any:
        raise KeyError("missing")

    recorded.respond(executed(n=1))
    with pytest.raises(KeyError) as caught:
        execute(recorded)
    error: Any = caught.value
    assert error.tool_response.data == {"n": 1}
    note = "post-modifier fail() of tool gmail_list failed after execution exe_1"
    assert error.__notes__ == [note]


def test_async_modifiers_are_awaited_in_the_async_client(awaited: RecordedActions) -> None:
    @awaited.actions.pre_modifier("gmail_list")
    async def add(data: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {**data, "thread": threading.current_thread() is threading.main_thread()}

    @awaited.actions.post_modifier("gmail_list")
    async def count(data: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"count": len(data)}

    awaited.respond(executed(a=1, b=2))
    assert execute(awaited, {"q": 1}).data == {"count": 2}
    assert awaited.sent()[0][1]["params"] == {"q": 1.0, "thread": True}


def test_async_modifiers_are_rejected_in_the_blocking_client(sync: RecordedActions) -> None:
    async def add(data: dict[str, Any]) -> dict[str, Any]:
        return data

    with pytest.raises(ScalekitArgumentException, match="async functions need AsyncScalekitClient"):
        sync.actions.pre_modifier("gmail_list")(add)
    sync.actions.pre_modifier("gmail_list")(lambda data: add(data))
    with pytest.raises(ScalekitArgumentException, match="async functions need AsyncScalekitClient"):
        execute(sync, {"q": 1})
    assert sync.sent() == []


@pytest.mark.parametrize("method", ["pre_modifier", "post_modifier"])
def test_unknown_arguments_are_rejected(method: str, recorded: RecordedActions) -> None:
    with pytest.raises(ScalekitArgumentException, match="has no 'tool_name'; use 'tool_names'"):
        getattr(recorded.actions, method)("a", tool_name="a")
    with pytest.raises(ScalekitArgumentException, match="has no 'priority'"):
        getattr(recorded.actions, method)("a", priority=1)
    for names in (5, [""], [1], ""):
        with pytest.raises(ScalekitArgumentException, match="tool_names must be a str or a list"):
            getattr(recorded.actions, method)(names)


def test_modifiers_can_be_listed_and_removed(recorded: RecordedActions) -> None:
    def first(data: dict[str, Any]) -> dict[str, Any]:
        return data

    actions = recorded.actions
    actions.pre_modifier("a")(first)
    actions.post_modifier(["a", "b"])(first)
    added = Modifier("b", "pre")
    actions.add_modifier(added)
    assert len(actions.get_modifiers()) == 3
    assert len(actions.get_modifiers("a")) == 2
    assert actions.get_modifiers("b", "pre") == [added]
    assert len(actions.get_modifiers(modifier_type="post")) == 1
    actions.get_modifiers().clear()
    assert len(actions.get_modifiers()) == 3
    actions.remove_modifier(first)
    assert actions.get_modifiers() == [added]
    actions.remove_modifier(added)
    assert actions.get_modifiers() == []
    with pytest.raises(ScalekitArgumentException, match="modifier must be a Modifier, not str"):
        actions.add_modifier("a")


def test_a_modifier_object() -> None:
    modifier = Modifier("a", "pre")
    assert (modifier.tool_names, modifier.type, modifier.func) == (["a"], "pre", None)
    assert modifier.apply("a", {"q": 1}) == {"q": 1}
    modifier.func = lambda data: {**data, "max": 5}
    assert modifier.apply("a", {"q": 1}) == {"q": 1, "max": 5}
    assert modifier.apply("b", {"q": 1}) == {"q": 1}
    post = Modifier(["a"], "post", lambda data: {"post": data})
    assert apply_modifiers("a", {}, [modifier, post], "pre") == {"max": 5}
    assert apply_pre_modifiers("a", {}, [modifier, post]) == {"max": 5}
    assert apply_post_modifiers("a", {}, [modifier, post]) == {"post": {}}
    assert apply_post_modifiers("b", {}, [modifier, post]) == {}
    with pytest.raises(ScalekitArgumentException, match='modifier_type must be "pre" or "post"'):
        Modifier("a", "before")  # type: ignore[arg-type]
    with pytest.raises(ScalekitArgumentException, match="has no 'tool_name'; use 'tool_names'"):
        Modifier("a", "pre", tool_name="b")


def test_a_modifier_added_during_an_execution_is_used_by_the_next_one(
    recorded: RecordedActions,
) -> None:
    @recorded.actions.pre_modifier("gmail_list")
    def register(data: dict[str, Any]) -> dict[str, Any]:
        recorded.actions.pre_modifier("gmail_list")(lambda later: {**later, "later": True})
        return data

    execute(recorded, {"q": 1})
    execute(recorded, {"q": 1})
    assert [sent["params"] for _, sent in recorded.sent()] == [
        {"q": 1.0},
        {"q": 1.0, "later": True},
    ]

"""The methods that models have in common."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime

import pytest

from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException

pytestmark = pytest.mark.protobuf

TIME = datetime(2026, 8, 21, 10, 30)
SECRET = "secret-of-the-account"


def test_pages_accept_both_names() -> None:
    page = types.ListToolsResponse(total_count=5, previous_page_token="p")
    # Type checkers know only the names of the fields.
    same = types.ListToolsResponse(total_size=5, prev_page_token="p")  # type: ignore[call-arg]
    assert page == same
    assert getattr(page, "total_size") == 5  # noqa: B009
    assert page.model_dump()["total_count"] == 5
    assert page.model_dump(by_alias=True)["total_size"] == 5
    assert page.model_dump(by_alias=True)["prev_page_token"] == "p"


def test_assignments_are_checked() -> None:
    response = types.ExecuteToolResponse(data={"a": 1})
    response.data = None
    response.data = {"b": [1]}
    with pytest.raises(ValueError, match=r"ExecuteToolResponse\.data must be a dict, not list"):
        response.data = []  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="has no 'dat'; use 'data'"):
        response.dat = {}  # type: ignore[attr-defined]
    assert response.data == {"b": [1]}
    tool = types.Tool()
    for name, value in (("tags", "a"), ("tags", [1]), ("is_default", 1), ("updated_at", "x")):
        with pytest.raises(ScalekitArgumentException, match=rf"Tool\.{name}"):
            setattr(tool, name, value)
    with pytest.raises(ScalekitArgumentException, match="must be an int, not bool"):
        types.ListProvidersRequest(page_size=True)


def test_constructors_reject_unknown_and_missing_names() -> None:
    with pytest.raises(ScalekitArgumentException, match="McpConfig has no 'nme'; use 'name'"):
        types.McpConfig(nme="a")  # type: ignore[call-arg]
    with pytest.raises(ScalekitArgumentException, match=r"McpConfig\.name is required"):
        types.McpConfig()  # type: ignore[call-arg]
    assert not hasattr(types.MagicLinkResponse(), "url")


def test_models_are_created_from_dicts_and_json() -> None:
    page = types.ListMcpInstancesResponse(
        instances=[
            types.McpInstance(id="ins_1", config=types.McpConfig(name="a"), updated_at=TIME)
        ],
        total_count=1,
    )
    kind = types.ListMcpInstancesResponse
    assert kind.model_validate(page) is page
    assert kind.model_validate(page.model_dump()) == page
    assert kind.model_validate(page.model_dump(by_alias=True)) == page
    assert kind.model_validate_json(page.model_dump_json()) == page
    assert kind.model_validate({**page.model_dump(), "new_field": 1}) == page
    assert json.loads(page.model_dump_json(indent=2)) == page.to_dict()
    assert json.loads(page.model_dump_json(exclude_none=True, by_alias=True)) == {
        "instances": [
            {
                "id": "ins_1",
                "config": {"name": "a", "connection_tool_mappings": []},
                "updated_at": "2026-08-21T10:30:00",
            }
        ],
        "total_size": 1,
    }
    for invalid in ("text", None, 5):
        with pytest.raises(ScalekitArgumentException, match="must be created from a dict"):
            kind.model_validate(invalid)
    with pytest.raises(
        ScalekitArgumentException, match="must be created from valid JSON"
    ) as caught:
        kind.model_validate_json("{" + SECRET)
    assert caught.value.__context__ is None


def test_dumps_can_be_limited() -> None:
    response = types.ExecuteToolResponse(data={"a": None})
    assert response.model_dump(include={"data"}) == {"data": {"a": None}}
    assert response.model_dump(exclude=["data"]) == {"execution_id": None}
    assert response.model_dump(exclude_none=True) == {"data": {"a": None}}
    assert types.Tool(id="a").model_dump(exclude_defaults=True) == {"id": "a"}


def test_models_are_compared_copied_and_pickled() -> None:
    response = types.ExecuteToolResponse(data={"a": [1]}, execution_id="exe_1")
    assert response == types.ExecuteToolResponse(data={"a": [1]}, execution_id="exe_1")
    assert response != types.ExecuteToolResponse(data={"a": [2]}, execution_id="exe_1")
    assert types.DeleteMcpConfigResponse() == types.DeleteMcpConfigResponse()
    assert types.DeleteMcpConfigResponse() != types.DeleteMcpInstanceResponse()
    assert types.DeleteMcpConfigResponse().to_dict() == {}
    assert repr(response) == "ExecuteToolResponse(data={'a': [1]}, execution_id='exe_1')"
    with pytest.raises(TypeError, match="unhashable"):
        hash(response)
    for same in (
        copy.copy(response),
        copy.deepcopy(response),
        pickle.loads(pickle.dumps(response)),
    ):
        assert same == response
    changed = response.model_copy(update={"data": {"b": 1}})
    assert (changed.data, response.data) == ({"b": 1}, {"a": [1]})
    deep = response.model_copy(deep=True)
    assert deep.data is not response.data
    with pytest.raises(ScalekitArgumentException, match="must be a dict"):
        response.model_copy(update={"data": 5})


def test_lists_of_defaults_are_not_shared() -> None:
    types.Tool().tags.append("a")
    assert types.Tool().tags == []

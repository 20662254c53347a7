"""The functions of ``scalekit.actions.frameworks.util``."""

from __future__ import annotations

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from scalekit.actions.frameworks import util
from scalekit.v1.tools import tools_pb2

pytestmark = pytest.mark.protobuf

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
DEFINITION = {
    "name": "gmail_list",
    "description": "Lists.",
    "input_schema": SCHEMA,
    "annotations": {"title": "List", "read_only_hint": True},
}


def test_a_struct_becomes_a_dict() -> None:
    struct = Struct()
    struct.update({"n": 1, "list": [None, 0.5]})
    assert util.struct_to_dict(struct) == {"n": 1, "list": [None, 0.5]}


def test_the_metadata_of_a_tool() -> None:
    tool = ParseDict({"provider": "GMAIL", "definition": DEFINITION}, tools_pb2.Tool())
    assert util.extract_tool_metadata(tool) == ("gmail_list", "Lists.", DEFINITION)
    name, description, definition = util.extract_tool_metadata(tools_pb2.Tool())
    assert (name, description, definition) == ("unknown_tool", "Scalekit tool", {})
    assert util.extract_tool_metadata(tools_pb2.Tool(), "slack")[0] == "slack_tool"


def test_the_input_schema_for_mcp() -> None:
    assert util.convert_to_mcp_input_schema(DEFINITION) == SCHEMA
    empty = {"type": "object", "properties": {}, "required": []}
    assert util.convert_to_mcp_input_schema({}) == empty


def test_a_tool_of_mcp() -> None:
    tool = util.build_mcp_tool_from_spec(DEFINITION)
    assert tool.model_dump(by_alias=True, exclude_none=True) == {
        "name": "gmail_list",
        "description": "Lists.",
        "inputSchema": SCHEMA,
        "annotations": {"title": "List", "readOnlyHint": True},
    }
    assert util.build_mcp_tool_from_spec({"name": "a"}).annotations is None

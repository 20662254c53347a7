"""The requests that every language sends for the same call, in ``tests/agents/requests.json``.

The table has the names of Node, in camel case.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.json_format import ParseDict
from programs import ROOT
from recorded_actions import RecordedActions

from scalekit.actions import types
from scalekit.common import exceptions

pytestmark = pytest.mark.protobuf

ROWS: list[dict[str, Any]] = json.loads((ROOT / "tests/agents/requests.json").read_text())
PLAN = json.loads((ROOT / "tests/conformance/operations.json").read_text())
RESPONSES = {entry["operation"]: entry["response_type"] for entry in PLAN["operations"]}
JSON_VALUES = {"toolInput", "staticAuth", "credentials", "apiConfig", "metadata"}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def converted(value: Any) -> Any:
    """Returns arguments with the names of Python. The keys of JSON values are not names."""
    if isinstance(value, list):
        return [converted(item) for item in value]
    if isinstance(value, dict):
        return {
            snake(key): item if key in JSON_VALUES else converted(item)
            for key, item in value.items()
        }
    return value


def response(row: dict[str, Any], index: int) -> Any:
    """Returns a prepared response: a message, or an exception."""
    prepared = row["responses"][index]
    if "error" in prepared:
        return getattr(exceptions, prepared["error"])("failed")
    pool: Any = descriptor_pool.Default()
    name = RESPONSES[row["sends"][index][0]]
    return ParseDict(prepared, message_factory.GetMessageClass(pool.FindMessageTypeByName(name))())


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{index}-{row['method']}" for index, row in enumerate(ROWS)]
)
def test_every_language_sends_the_same_requests(
    row: dict[str, Any], recorded: RecordedActions
) -> None:
    method = ".".join(map(snake, row["method"].split(".")))
    arguments = converted(row["arguments"])
    recorded.respond(*(response(row, index) for index in range(len(row.get("responses", ())))))
    if method.startswith("providers."):
        name = row["method"].removeprefix("providers.")
        recorded.call(method, getattr(types, name[0].upper() + name[1:] + "Request")(**arguments))
    else:
        recorded.call(method, **arguments)
    assert recorded.sent() == row["sends"]

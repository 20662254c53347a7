"""The requests that every language sends for the same call, in ``tests/agents``.

The tables have the names of Node, in camel case.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.json_format import ParseDict
from programs import ROOT
from recorded_actions import RecordedActions
from shared_arguments import converted, snake

from scalekit.actions import types
from scalekit.actions.response import ProxyResponse
from scalekit.common import exceptions

pytestmark = pytest.mark.protobuf

ROWS: list[dict[str, Any]] = json.loads((ROOT / "tests/agents/requests.json").read_text())
PLAN = json.loads((ROOT / "tests/conformance/operations.json").read_text())
PROXIED = json.loads((ROOT / "tests/agents/proxied.json").read_text())
RESPONSES = {entry["operation"]: entry["response_type"] for entry in PLAN["operations"]}


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


@pytest.mark.parametrize("row", PROXIED, ids=lambda row: json.dumps(row["arguments"])[:60])
def test_every_language_sends_the_same_requests_to_third_party_services(
    row: dict[str, Any], request_of: Callable[..., ProxyResponse]
) -> None:
    sent = request_of(**converted(row["arguments"])).json()
    expected = row["http"]
    names = {*expected["headers"], "content-type"}
    sent["headers"] = {name: text for name, text in sent["headers"].items() if name in names}
    assert {name: sent[name] for name in expected} == expected

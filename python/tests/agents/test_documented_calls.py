"""The calls of ``client.actions`` in Scalekit's documentation send the documented requests.

``documented_calls.json`` has a row for each combination of arguments in the documentation of
2026-08: the requests that it must send, or the error for names that do not exist.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from recorded_actions import RecordedActions

from scalekit.actions import types
from scalekit.v1.connected_accounts import connected_accounts_pb2 as pb

pytestmark = pytest.mark.protobuf

CALLS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("documented_calls.json").read_text()
)


def name(call: dict[str, Any]) -> str:
    return f"{call['method']}({', '.join(call.get('arguments', call.get('positional', ())))})"


@pytest.mark.parametrize("call", CALLS, ids=name)
def test_a_documented_call_sends_its_request(
    call: dict[str, Any], recorded: RecordedActions
) -> None:
    method = call["method"].removeprefix("actions.").removeprefix("connect.")
    arguments = call.get("positional", [])
    for model, values in call.get("model", {}).items():
        arguments = [getattr(types, model)(**values)]
    keywords = call.get("arguments", {})
    if "upsert" in method:
        recorded.respond(pb.GetConnectedAccountByIdentifierResponse())
    if "error" in call:
        with pytest.raises((AttributeError, ImportError, ValueError)) as caught:
            recorded.call(method, *arguments, **keywords)
        assert call["error"] in str(caught.value)
        assert recorded.sent() == []
        return
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        recorded.call(method, *arguments, **keywords)
    assert recorded.sent() == call["sends"]
    texts = [str(warning.message) for warning in found]
    assert len(texts) == ("warning" in call)
    assert all(call["warning"] in text for text in texts)


def test_both_attributes_of_a_client_have_the_documented_methods() -> None:
    methods = {call["method"].split(".")[1] for call in CALLS if "error" not in call}
    assert len(methods) > 10
    for method in methods:
        assert hasattr(RecordedActions().actions, method)

"""Responses of the operations for the tools of a user."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict

from scalekit.v1.tools import tools_pb2


def page(*tools: tuple[dict[str, Any], str], token: str = "") -> Any:
    """A page of tools, each with its definition and its connected account."""
    rows = [
        {"tool": {"provider": "GMAIL", "definition": definition}, "connected_account_id": account}
        for definition, account in tools
    ]
    message = tools_pb2.ListScopedToolsResponse()
    return ParseDict({"tools": rows, "next_page_token": token}, message)


def result(data: dict[str, Any]) -> Any:
    """The result of a tool."""
    return ParseDict({"data": data, "execution_id": "exe_1"}, tools_pb2.ExecuteToolResponse())

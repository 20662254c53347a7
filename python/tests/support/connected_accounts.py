"""Two connected accounts of a user in the emulator, and scripted results of their tools."""

from __future__ import annotations

import re
from typing import Any
from urllib.request import urlopen

from scalekit.testing import Emulator

TOOLS = ["gmail_fetch_mails", "slack_send_message"]
MAILS = {"mails": [{"subject": "hi", "unread": True, "size": None}]}
FAILURE = "The tool failed: the grant was revoked"


def _connection(id: str, name: str) -> dict[str, Any]:
    return {"id": id, "key_id": name, "provider_key": name.upper(), "type": "OAUTH"}


def _account(id: str, connection_id: str, name: str) -> dict[str, Any]:
    return {
        "id": id,
        "identifier": "ada",
        "connector": name,
        "provider": name.upper(),
        "connection_id": connection_id,
        "status": "ACTIVE",
    }


SEED = {
    "connections": [_connection("conn_1", "gmail"), _connection("conn_2", "slack")],
    "accounts": [_account("ca_1", "conn_1", "gmail"), _account("ca_2", "conn_2", "slack")],
}


def script_tools(emulator: Emulator) -> None:
    """Gmail returns mails. Slack needs a new authorization."""
    emulator.admin("POST", "tool-responses", {"tool_name": "gmail_*", "data": MAILS})
    error = {"code": "UNAUTHENTICATED", "message": "the grant was revoked"}
    emulator.admin("POST", "tool-responses", {"tool_name": "slack_*", "error": error})


def assert_fresh_link(text: str) -> None:
    """Checks the text of a failure, and that the user can open its link."""
    found = re.fullmatch(rf"{FAILURE}\. The user must authorize access again: (http\S+)", text)
    assert found, text
    with urlopen(found[1]) as response:
        assert response.status == 200


def called_tools(emulator: Emulator) -> list[tuple[str, Any]]:
    """Returns the name and the input of all executed tools."""
    return [(call["tool_name"], call["params"]) for call in emulator.admin("GET", "tool-calls")]

"""The consent page of connected accounts, and the dashboard of agents."""

from __future__ import annotations

import urllib.parse

from playwright.sync_api import expect

from scalekit.v1.connected_accounts.connected_accounts_pb2 import ConnectorStatus

from .conftest import Visitor, magic_link, with_accounts

PENDING = "ca_300000000000000002"
LEA = "lea.brandt@blueharbor.example"


def status(visitor: Visitor) -> str:
    with visitor.emulator.client() as client:
        accounts = client.connected_accounts
        details, _ = accounts.get_connected_account_details_by_identifier(
            connected_account_id=PENDING
        )
        return ConnectorStatus.Name(details.connected_account.status)


def test_a_user_authorizes_an_account_with_the_keyboard(visitor: Visitor) -> None:
    with_accounts(visitor.emulator)
    link = magic_link(
        visitor.emulator, PENDING, state="the-state", user_verify_url=visitor.callback
    )
    page = visitor.page
    page.goto(link)
    expect(page.get_by_role("heading", name="Connect your account")).to_be_visible()
    expect(page.get_by_text(LEA)).to_be_visible()
    expect(page.get_by_text("chat:write")).to_be_visible()
    expect(page.get_by_role("button", name="Allow")).not_to_be_focused()
    assert status(visitor) == "PENDING_AUTH"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Allow")).to_be_focused()
    page.keyboard.press("Enter")
    parameters = visitor.callback_parameters()
    assert parameters["state"] == "the-state"
    assert status(visitor) == "PENDING_VERIFICATION"
    with visitor.emulator.client() as client:
        client.connected_accounts.verify_connected_account_user(parameters["auth_request_id"], LEA)
    assert status(visitor) == "ACTIVE"
    page.goto(link)
    expect(page.get_by_text("already been used")).to_be_visible()


def test_the_dashboard_follows_an_account_and_its_tool_calls(visitor: Visitor) -> None:
    with_accounts(visitor.emulator)
    magic_link(visitor.emulator, PENDING)
    page = visitor.page
    page.goto(f"{visitor.emulator.url}/?view=accounts")
    row = page.get_by_role("listitem").filter(has_text=LEA)
    expect(row).to_contain_text("pending auth")
    row.get_by_role("link", name="Open authorization link").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Account connected")).to_be_visible()

    page.goto(f"{visitor.emulator.url}/?view=accounts")
    expect(row).to_contain_text("active")
    visitor.emulator.admin("POST", f"accounts/{PENDING}/expire", {})
    expect(row).to_contain_text("expired")
    page.goto(f"{visitor.emulator.url}/?view=tools")
    expect(page.get_by_text("No tool calls yet.")).to_be_visible()
    with visitor.emulator.client() as client:
        client.tools.execute_tool("emulator_echo", LEA, params={"text": "hello"})
    call = page.locator("details", has_text="emulator_echo")
    call.locator("summary").click()
    expect(call.get_by_label("Result")).to_contain_text("hello")
    query = urllib.parse.urlencode({"view": "connections", "q": "slack"})
    page.goto(f"{visitor.emulator.url}/?{query}")
    connection = page.get_by_role("listitem").filter(has_text="2 connected accounts")
    expect(connection).to_contain_text("Environment")

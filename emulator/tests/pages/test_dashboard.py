"""The dashboard: live updates that do not disturb the user."""

from __future__ import annotations

import http.server
import threading
import urllib.parse
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from programs import BINARY

from scalekit.testing import Emulator
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization

from .conftest import Visitor


def test_updates_appear_without_reloading(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.emulator.url)
    expect(page.get_by_role("status")).to_have_text("Live")
    page.evaluate("window.notReloaded = true")
    organizations = page.locator("#count-organizations strong")
    expect(organizations).to_have_text("3")
    with visitor.emulator.client() as client:
        client.organization.create_organization(CreateOrganization(display_name="Acme Rockets"))
        expect(organizations).to_have_text("4")
        request = page.locator("details", has_text="OrganizationService.CreateOrganization")
        request.locator("summary").click()
        expect(request.get_by_label("Body")).to_contain_text("Acme Rockets")
        # An update neither closes open details nor moves the focus.
        client.organization.create_organization(CreateOrganization(display_name="Another One"))
        expect(organizations).to_have_text("5")
    expect(request.filter(has_text="Acme Rockets")).to_have_attribute("open", "")
    expect(request.filter(has_text="Acme Rockets").locator("summary")).to_be_focused()
    assert page.evaluate("window.notReloaded") is True


def test_the_dashboard_reconnects_after_a_restart(visitor: Visitor) -> None:
    page = visitor.page
    with Emulator(binary=BINARY) as first:
        page.goto(first.url)
        expect(page.get_by_role("status")).to_have_text("Live")
    expect(page.get_by_role("status")).to_have_text("Not connected")
    port = urllib.parse.urlsplit(page.url).port
    assert port is not None
    with Emulator(seed="demo", port=port, binary=BINARY):
        expect(page.get_by_role("status")).to_have_text("Live")
        expect(page.locator("#count-organizations strong")).to_have_text("3")


def test_sections_and_search_work_with_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.emulator.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_role("navigation").get_by_role("link", name="Users").press("Enter")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    expect(page.get_by_role("link", name="Users")).to_have_attribute("aria-current", "page")
    page.get_by_role("searchbox", name="Search users").fill("LEA")
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("listitem").filter(has_text="lea.brandt@blueharbor.example")
    ).to_be_visible()
    expect(page.get_by_text("nora.lind@northwind.example")).to_have_count(0)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[str]]]:
    """A webhook endpoint that records the IDs of deliveries."""
    ids: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            ids.append(self.headers["webhook-id"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", ids
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_can_be_redelivered(visitor: Visitor, receiver: tuple[str, list[str]]) -> None:
    url, ids = receiver
    visitor.emulator.admin("POST", "webhooks", {"url": url, "events": ["organization.created"]})
    page = visitor.page
    page.goto(f"{visitor.emulator.url}/?view=webhooks")
    with visitor.emulator.client() as client:
        client.organization.create_organization(CreateOrganization(display_name="Acme Rockets"))
    delivery = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Redeliver"))
    expect(delivery.get_by_text("1 attempt", exact=False)).to_be_visible()
    delivery.get_by_role("button", name="Redeliver").click()
    expect(delivery.get_by_text("2 attempts", exact=False)).to_be_visible()
    assert ids == [ids[0]] * 2


def test_sessions_and_emails_of_a_login(visitor: Visitor) -> None:
    visitor.log_in("iris.vale@garage.example", organization_id="org_200000000000000003")
    visitor.callback_parameters()
    page = visitor.page
    page.goto(f"{visitor.emulator.url}/?view=sessions")
    session = page.get_by_role("listitem").filter(has_text="iris.vale@garage.example").first
    expect(session).to_contain_text("active")
    expect(session).to_contain_text("Garage Robotics")
    page.goto(f"{visitor.emulator.url}/?view=mails")
    mail = page.get_by_role("listitem").filter(has_text="to iris.vale@garage.example")
    assert visitor.mail("iris.vale@garage.example")["code"] in mail.inner_text()

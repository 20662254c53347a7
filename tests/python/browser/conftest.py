"""A headless Chromium, an emulator with a login page, and an application that the browser comes back to."""

from __future__ import annotations

import http.server
import os
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from scalekit.testing import Emulator

from ..conftest import BINARY

CHROMIUM = os.environ.get("SCALEKIT_CHROMIUM", "/usr/bin/chromium")
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
# How long the browser may take to show what it is told, on a busy machine.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

Parameters = dict[str, str]


# For one file at a time: while Playwright runs, no other test of the process can have an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def callback() -> Iterator[str]:
    """Where an application waits for its users to come back."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = b"<!doctype html><title>Back in the application</title><link rel=icon href=data:,>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/callback"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def asking_emulator() -> Iterator[Emulator]:
    with Emulator(seed="demo", binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def emulator(asking_emulator: Emulator) -> Emulator:
    """One that asks who logs in, with the demo's small world."""
    asking_emulator.reset()
    return asking_emulator


class Visitor:
    """A person with a browser of their own."""

    def __init__(self, chromium: Browser, emulator: Emulator, callback: str) -> None:
        self.emulator = emulator
        self.callback = callback
        self._chromium = chromium
        self.context: BrowserContext = chromium.new_context(viewport=DESKTOP)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._heard(said.text))

    def _heard(self, text: str) -> None:
        # Pages that say what was wrong have status 400, which the browser mentions.
        if "Failed to load resource" not in text:
            self.complaints.append(text)

    def stranger(self) -> Visitor:
        """Somebody else, with another browser."""
        return Visitor(self._chromium, self.emulator, self.callback)

    def leave(self) -> None:
        """Close the browser, which must have had nothing to complain about."""
        self.context.close()
        assert self.complaints == []

    def ask(self, **parameters: str) -> Page:
        """Come from the application to log in."""
        given = {
            "response_type": "code",
            "client_id": self.emulator.client_id,
            "redirect_uri": self.callback,
            "state": "the-state",
            **parameters,
        }
        self.page.goto(f"{self.emulator.url}/oauth/authorize?{urllib.parse.urlencode(given)}")
        return self.page

    def answer(self) -> Parameters:
        """What the application got, once the browser is back there."""
        self.page.wait_for_url(f"{self.callback}*")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.page.url).query))

    def mail(self, to: str) -> dict[str, Any]:
        """The newest mail to an address."""
        return self.emulator.mails(to)[-1]

    def log_in(self, email: str, **parameters: str) -> Page:
        """Log in by a code, as far as the page after that."""
        page = self.ask(**parameters)
        page.get_by_label("E-mail").fill(email)
        page.get_by_role("button", name="Continue", exact=True).click()
        page.get_by_role("heading", name="Check your mail").wait_for()
        page.get_by_label("Code").fill(self.mail(email)["code"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        return page


@pytest.fixture
def visitor(chromium: Browser, emulator: Emulator, callback: str) -> Iterator[Visitor]:
    visitor = Visitor(chromium, emulator, callback)
    yield visitor
    visitor.leave()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = Path(__file__).resolve().parents[3] / "target" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


AGENT = "m2m_300000000000000001"


def with_agent(visitor: Visitor) -> None:
    """Add a client of a protected resource, whose users choose what it may do."""
    scopes = [
        {
            "id": "scp_1",
            "name": "reports:read",
            "description": "Read the reports that you can see",
            "enabled": True,
        },
        {"id": "scp_2", "name": "reports:share", "description": "Share reports with others", "enabled": True},
    ]
    resource = {
        "id": "res_300000000000000001",
        "name": "Northwind Reports",
        "resource_type": "MCP_SERVER",
        "scopes": scopes,
        "resource_scope_selection_allowed": True,
    }
    client = {
        "client_id": AGENT,
        "resource_id": resource["id"],
        "name": "Report Agent",
        "redirect_uris": [visitor.callback],
    }
    visitor.emulator.seed({"resources": [resource], "machines": [client]})


def with_own_connections(emulator: Emulator) -> None:
    """Give an organization a second connection, and the environment a social one."""
    saml = {
        "id": "conn_300000000000000001",
        "organization_id": "org_200000000000000001",
        "type": "SAML",
        "provider": "ONELOGIN",
        "enabled": True,
    }
    google = {"id": "conn_300000000000000002", "type": "OIDC", "provider": "GOOGLE", "enabled": True}
    emulator.seed({"connections": [saml, google]})

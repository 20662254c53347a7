"""A headless Chromium, an emulator with a login page, and an application with a callback page."""

from __future__ import annotations

import http.server
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from browser import Profile, complete_login, running_chromium
from playwright.sync_api import Browser, Page
from programs import BINARY

from scalekit.testing import Emulator

Parameters = dict[str, str]


# Module scope, because other tests cannot use an event loop while Playwright runs.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def callback() -> Iterator[str]:
    """The callback URL of an application."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = b"<!doctype html><title>Application</title><link rel=icon href=data:,>"
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
def shared_emulator() -> Iterator[Emulator]:
    with Emulator(seed="demo", binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """An emulator with the demo data and a login page."""
    shared_emulator.reset()
    return shared_emulator


class Visitor(Profile):
    """A user with a separate browser profile."""

    def __init__(self, chromium: Browser, emulator: Emulator, callback: str) -> None:
        super().__init__(chromium)
        self.emulator = emulator
        self.callback = callback
        self._chromium = chromium

    def other_visitor(self) -> Visitor:
        """Returns another user with another browser profile."""
        return Visitor(self._chromium, self.emulator, self.callback)

    def authorize(self, **parameters: str) -> Page:
        """Opens the authorization endpoint like the application does."""
        query = {
            "response_type": "code",
            "client_id": self.emulator.client_id,
            "redirect_uri": self.callback,
            "state": "the-state",
            **parameters,
        }
        self.page.goto(f"{self.emulator.url}/oauth/authorize?{urllib.parse.urlencode(query)}")
        return self.page

    def callback_parameters(self) -> Parameters:
        """Waits for the redirect to the application and returns its parameters."""
        self.page.wait_for_url(f"{self.callback}*")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.page.url).query))

    def mail(self, to: str) -> dict[str, Any]:
        """Returns the latest email to an address."""
        return self.emulator.mails(to)[-1]

    def log_in(self, email: str, **parameters: str) -> Page:
        """Logs in with a code and returns the next page."""
        page = self.authorize(**parameters)
        complete_login(page, self.emulator, email)
        return page


@pytest.fixture
def visitor(chromium: Browser, emulator: Emulator, callback: str) -> Iterator[Visitor]:
    visitor = Visitor(chromium, emulator, callback)
    yield visitor
    visitor.close()


AGENT = "m2m_300000000000000001"


def with_agent(visitor: Visitor) -> None:
    """Adds a client of a protected resource. Users choose its scopes."""
    scopes = [
        {
            "id": "scp_1",
            "name": "reports:read",
            "description": "Read the reports that you can see",
            "enabled": True,
        },
        {
            "id": "scp_2",
            "name": "reports:share",
            "description": "Share reports with others",
            "enabled": True,
        },
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


def with_accounts(emulator: Emulator) -> None:
    """Adds a connection for agents, an active account and a pending account."""
    connection = {
        "id": "conn_300000000000000003",
        "key_id": "slack",
        "provider_key": "SLACK",
        "type": "OAUTH",
        "enabled": True,
        "oauth_config": {"scopes": ["channels:read", "chat:write"]},
    }
    accounts = [
        {
            "id": identifier,
            "identifier": user,
            "connector": "slack",
            "provider": "SLACK",
            "connection_id": connection["id"],
            "authorization_type": "OAUTH",
            "status": status,
        }
        for identifier, user, status in (
            ("ca_300000000000000001", "iris.vale@garage.example", "ACTIVE"),
            ("ca_300000000000000002", "lea.brandt@blueharbor.example", "PENDING_AUTH"),
        )
    ]
    emulator.seed({"connections": [connection], "accounts": accounts})


def magic_link(emulator: Emulator, account: str, **options: str) -> str:
    """Returns a link that authorizes an account."""
    with emulator.client() as client:
        accounts = client.connected_accounts
        response, _ = accounts.get_magic_link_for_connected_account(
            connected_account_id=account, **options
        )
        return response.link


def with_more_connections(emulator: Emulator) -> None:
    """Adds a second connection to an organization and a social connection to the environment."""
    saml = {
        "id": "conn_300000000000000001",
        "organization_id": "org_200000000000000001",
        "type": "SAML",
        "provider": "ONELOGIN",
        "enabled": True,
    }
    google = {
        "id": "conn_300000000000000002",
        "type": "OIDC",
        "provider": "GOOGLE",
        "enabled": True,
    }
    emulator.seed({"connections": [saml, google]})

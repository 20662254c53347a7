"""A browser and an emulator, with each of the example applications."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from browser import Profile, complete_login, running_chromium
from playwright.sync_api import Browser, Page
from programs import BINARY

from scalekit.testing import Emulator

from .applications import COMMANDS, Application, running

NORTHWIND = "org_100000000000000007"
SOUTHWIND = "org_100000000000000008"
#: An organization with single sign-on.
EASTWIND = "org_100000000000000009"
CONNECTION = "conn_100000000000000007"
NORA = "nora.lind@northwind.example"
#: A user with so many roles that the session needs several cookies. Random names, because the
#: cookies are compressed.
MAX = "max@northwind.example"
ROLES = [{"name": f"role_{secrets.token_hex(20)}"} for _ in range(60)]


def member(organization: str, *roles: dict[str, str]) -> dict[str, Any]:
    return {
        "organization_id": organization,
        "membership_status": "ACTIVE",
        "roles": list(roles),
    }


SEED = {
    "organizations": [
        {"id": NORTHWIND, "display_name": "Northwind"},
        {"id": SOUTHWIND, "display_name": "Southwind"},
        {"id": EASTWIND, "display_name": "Eastwind"},
    ],
    "connections": [
        {
            "id": CONNECTION,
            "organization_id": EASTWIND,
            "type": "SAML",
            "provider": "OKTA",
            "enabled": True,
        }
    ],
    "roles": [{**role, "display_name": role["name"]} for role in ROLES],
    "users": [
        {
            "id": "usr_100000000000000007",
            "email": NORA,
            "memberships": [
                member(NORTHWIND, {"name": "admin"}),
                member(SOUTHWIND),
                member(EASTWIND),
            ],
        },
        {
            "id": "usr_100000000000000008",
            "email": MAX,
            "memberships": [member(NORTHWIND, *ROLES)],
        },
    ],
}


class Visitor(Profile):
    """A user of an application, with a separate browser profile."""

    def __init__(self, chromium: Browser, emulator: Emulator, app: Application) -> None:
        super().__init__(chromium)
        self.emulator = emulator
        self.app = app

    def open(self, path: str) -> Page:
        """Opens a page of the application."""
        self.page.goto(self.app.url + path)
        return self.page

    def sign_in(self, path: str = "/orders", email: str = NORA) -> Page:
        """Signs in, and returns the page at `path`."""
        query = {"returnTo": path, "organization_id": NORTHWIND}
        self.open(f"/login?{urlencode(query)}")
        complete_login(self.page, self.emulator, email)
        self.page.wait_for_url(self.app.url + path)
        return self.page

    def fetch(self, path: str, times: int = 1) -> list[dict[str, Any]]:
        """Sends requests in parallel from a script of the page."""
        script = """([path, times]) => Promise.all(Array.from({ length: times }, async () => {
            const response = await fetch(path);
            return { status: response.status, body: await response.json() };
        }))"""
        responses: list[dict[str, Any]] = self.page.evaluate(script, [path, times])
        return responses

    def session_cookies(self) -> list[str]:
        """Returns the names of the session cookies."""
        cookies = self.context.cookies(self.app.url)
        return sorted(c["name"] for c in cookies if c["name"].startswith("sk_session"))


# Module scope, because other tests cannot use an event loop while Playwright runs.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, binary=BINARY) as emulator:
        yield emulator


@pytest.fixture(scope="module", params=COMMANDS)
def app(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Application]:
    with running(request.param, emulator) as application:
        yield application


@pytest.fixture
def visitor(chromium: Browser, emulator: Emulator, app: Application) -> Iterator[Visitor]:
    visitor = Visitor(chromium, emulator, app)
    yield visitor
    visitor.close()

"""Checks the accessibility of all pages with axe-core, in light and dark mode and on a phone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from browser import check_page

from scalekit.common.exceptions import ScalekitException
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization

from .conftest import (
    AGENT,
    Visitor,
    magic_link,
    with_accounts,
    with_agent,
    with_more_connections,
)

IRIS = "iris.vale@garage.example"
GARAGE = "org_200000000000000003"
NORTHWIND = "org_200000000000000001"
LONG = "a.user.with.a.long.address.that.does.not.fit.on.the.screen.of.a.phone@garage.example"


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()


def at_code(visitor: Visitor) -> None:
    visitor.authorize(login_hint=IRIS)
    press(visitor, "Continue")
    visitor.page.get_by_label("Code").wait_for()


def wrong_code(visitor: Visitor) -> None:
    at_code(visitor)
    visitor.page.get_by_label("Code").fill("no")
    press(visitor, "Sign in")
    visitor.page.get_by_role("alert").wait_for()


def code_again(visitor: Visitor) -> None:
    at_code(visitor)
    press(visitor, "Send a new email")
    visitor.page.get_by_text("A new email was sent.").wait_for()


def email(visitor: Visitor) -> None:
    with_more_connections(visitor.emulator)
    visitor.authorize()


def unknown_domain(visitor: Visitor) -> None:
    visitor.authorize(domain_hint="unknown.example")


def connections(visitor: Visitor) -> None:
    with_more_connections(visitor.emulator)
    visitor.authorize(organization_id="org_200000000000000001")


def provider(visitor: Visitor) -> None:
    visitor.authorize(login_hint="nora.lind@northwind.example")


def link(visitor: Visitor) -> None:
    at_code(visitor)
    visitor.page.goto(visitor.mail(IRIS)["link"])


def sign_up(visitor: Visitor) -> None:
    visitor.authorize(login_hint=LONG.replace("garage", "unknown"))
    press(visitor, "Continue")
    visitor.page.get_by_label("First name").wait_for()


def organizations(visitor: Visitor) -> None:
    visitor.log_in(IRIS)
    visitor.page.get_by_role("heading", name="Choose an organization").wait_for()


def accounts(visitor: Visitor) -> None:
    visitor.log_in(IRIS, organization_id=GARAGE)
    visitor.callback_parameters()
    visitor.authorize(prompt="select_account")


def consent(visitor: Visitor) -> None:
    with_agent(visitor)
    scope = "openid email reports:read reports:share"
    visitor.log_in(IRIS, client_id=AGENT, scope=scope, organization_id=GARAGE)
    visitor.page.get_by_role("heading", name="Allow access?").wait_for()


def logout(visitor: Visitor) -> None:
    visitor.log_in(IRIS, organization_id=GARAGE)
    visitor.callback_parameters()
    visitor.page.goto(f"{visitor.emulator.url}/oidc/logout")


def logged_out(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.emulator.url}/oidc/logout")


def rejected(visitor: Visitor) -> None:
    visitor.authorize(client_id="skc_404")


def expired(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.emulator.admin("PUT", "clock", {"shift_seconds": 3600})
    press(visitor, "Cancel")
    visitor.page.get_by_role("heading", name="This page has expired").wait_for()


def portal(visitor: Visitor) -> None:
    visitor.page.goto(portal_link(visitor))
    visitor.page.get_by_role("heading", name="Admin portal of Northwind Traders").wait_for()


def portal_expired(visitor: Visitor) -> None:
    link = portal_link(visitor)
    visitor.emulator.admin("PUT", "clock", {"shift_seconds": 8 * 24 * 3600})
    visitor.page.goto(link)
    visitor.page.get_by_role("heading", name="This link does not work").wait_for()


def portal_link(visitor: Visitor) -> str:
    with visitor.emulator.client() as client:
        return client.organization.generate_portal_link(NORTHWIND).location


def account(visitor: Visitor) -> None:
    with_accounts(visitor.emulator)
    visitor.page.goto(magic_link(visitor.emulator, "ca_300000000000000002"))
    visitor.page.get_by_role("heading", name="Connect your account").wait_for()


def account_connected(visitor: Visitor) -> None:
    account(visitor)
    press(visitor, "Allow")
    visitor.page.get_by_role("heading", name="Account connected").wait_for()


def account_denied(visitor: Visitor) -> None:
    account(visitor)
    press(visitor, "Deny")
    visitor.page.get_by_role("heading", name="Account not connected").wait_for()


def populate(visitor: Visitor) -> None:
    """Creates content for each view, including long names and failed requests."""
    visitor.emulator.admin(
        "POST", "webhooks", {"url": "http://127.0.0.1:9/" + "webhooks/" * 8, "retry_delays_ms": []}
    )
    visitor.emulator.seed({"users": [{"email": LONG}]})
    with_accounts(visitor.emulator)
    visitor.log_in(IRIS, organization_id=GARAGE)
    visitor.callback_parameters()
    with visitor.emulator.client() as client:
        client.organization.create_organization(CreateOrganization(display_name="Acme" * 20))
        for tool in ("slack_send_message", "emulator_rate_limited"):
            with contextlib.suppress(ScalekitException):
                client.tools.execute_tool(tool, IRIS, {"text": "hello " * 20})
    magic_link(visitor.emulator, "ca_300000000000000002")
    visitor.page.goto(f"{visitor.emulator.url}/{'missing' * 12}")
    visitor.emulator.fault("oauth.keys", status=503)
    visitor.page.goto(f"{visitor.emulator.url}/keys")


PAGES: dict[str, Callable[[Visitor], None]] = {
    "login-email": email,
    "login-unknown-domain": unknown_domain,
    "login-connections": connections,
    "login-provider": provider,
    "login-code": at_code,
    "login-code-wrong": wrong_code,
    "login-code-again": code_again,
    "login-link": link,
    "login-sign-up": sign_up,
    "login-organizations": organizations,
    "login-accounts": accounts,
    "consent": consent,
    "logout": logout,
    "logged-out": logged_out,
    "rejected": rejected,
    "expired": expired,
    "account": account,
    "account-connected": account_connected,
    "account-denied": account_denied,
    "portal": portal,
    "portal-expired": portal_expired,
}
VIEWS = (
    "overview",
    "organizations",
    "users",
    "sessions",
    "connections",
    "accounts",
    "tools",
    "mails",
    "webhooks",
    "requests",
)


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, visitor: Visitor) -> None:
    PAGES[name](visitor)
    check_page(visitor.page, name)


def test_dashboard(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{visitor.emulator.url}/?view=mails")
    check_page(page, "dashboard-empty")
    populate(visitor)
    for view in VIEWS:
        page.goto(f"{visitor.emulator.url}/?view={view}")
        for summary in page.locator("summary").all()[:1]:
            summary.click()
        check_page(page, f"dashboard-{view}")

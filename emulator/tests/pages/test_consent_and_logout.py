"""Consent and logout."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import AGENT, Visitor, with_agent

SCOPE = "openid reports:read reports:share"


def test_partial_consent_is_stored_and_can_be_revoked(visitor: Visitor) -> None:
    with_agent(visitor)
    page = visitor.log_in(
        "iris.vale@garage.example",
        client_id=AGENT,
        scope=SCOPE,
        organization_id="org_200000000000000003",
    )
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    expect(page.get_by_role("button", name="Allow", exact=True)).not_to_be_focused()
    page.get_by_label("Share reports with others").uncheck()
    page.get_by_role("button", name="Allow", exact=True).click()
    assert "code" in visitor.callback_parameters()

    visitor.authorize(client_id=AGENT, scope="openid reports:read")
    assert "code" in visitor.callback_parameters()
    with visitor.emulator.client() as client:
        consents = client.resources.list_user_consents("res_300000000000000001")
        (consent,) = consents[0].consents
        assert list(consent.scopes) == ["openid", "reports:read"]
        client.resources.revoke_user_consent(AGENT, consent.id)
    page = visitor.authorize(client_id=AGENT, scope="openid reports:read")
    page.get_by_role("button", name="Deny").click()
    assert visitor.callback_parameters()["error"] == "access_denied"


def test_logout_needs_confirmation(visitor: Visitor) -> None:
    visitor.log_in("iris.vale@garage.example", organization_id="org_200000000000000003")
    visitor.callback_parameters()
    page = visitor.page
    logout = (
        f"{visitor.emulator.url}/oidc/logout?post_logout_redirect_uri={visitor.callback}&state=bye"
    )
    page.goto(logout)
    expect(page.get_by_role("heading", name="Sign out?")).to_be_visible()
    expect(page.get_by_text("You are signed in as iris.vale@garage.example")).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("heading", name="You are still signed in")).to_be_visible()
    page.goto(logout)
    # The button gets the focus with the first frame. Key presses before that would be lost.
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    assert visitor.callback_parameters() == {"state": "bye"}
    visitor.authorize(prompt="none")
    assert visitor.callback_parameters()["error"] == "login_required"

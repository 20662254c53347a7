"""What users allow, and how they leave."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import AGENT, Visitor, with_agent

SCOPE = "openid reports:read reports:share"


def test_consent_is_given_in_part_remembered_and_revoked(visitor: Visitor) -> None:
    with_agent(visitor)
    page = visitor.log_in(
        "iris.vale@garage.example", client_id=AGENT, scope=SCOPE, organization_id="org_200000000000000003"
    )
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    expect(page.get_by_role("button", name="Allow", exact=True)).not_to_be_focused()
    page.get_by_label("Share reports with others").uncheck()
    page.get_by_role("button", name="Allow", exact=True).click()
    assert "code" in visitor.answer()

    visitor.ask(client_id=AGENT, scope="openid reports:read")
    assert "code" in visitor.answer()
    with visitor.emulator.client() as client:
        consents = client.resources.list_user_consents("res_300000000000000001")
        (consent,) = consents[0].consents
        assert list(consent.scopes) == ["openid", "reports:read"]
        client.resources.revoke_user_consent(AGENT, consent.id)
    page = visitor.ask(client_id=AGENT, scope="openid reports:read")
    page.get_by_role("button", name="Deny").click()
    assert visitor.answer()["error"] == "access_denied"


def test_logging_out_asks_first(visitor: Visitor) -> None:
    visitor.log_in("iris.vale@garage.example", organization_id="org_200000000000000003")
    visitor.answer()
    page = visitor.page
    logout = f"{visitor.emulator.url}/oidc/logout?post_logout_redirect_uri={visitor.callback}&state=bye"
    page.goto(logout)
    expect(page.get_by_role("heading", name="Sign out?")).to_be_visible()
    expect(page.get_by_text("You are signed in as iris.vale@garage.example")).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("heading", name="You are still signed in")).to_be_visible()
    page.goto(logout)
    # Keys go to what has the focus, which comes with the first frame.
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    assert visitor.answer() == {"state": "bye"}
    visitor.ask(prompt="none")
    assert visitor.answer()["error"] == "login_required"

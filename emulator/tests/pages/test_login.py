"""Login with the keyboard, with a code, with a link, and login errors."""

from __future__ import annotations

from playwright.sync_api import expect

from scalekit import AuthorizationUrlOptions, CodeAuthenticationOptions

from .conftest import Visitor, with_more_connections


def test_login_works_with_the_keyboard_only(visitor: Visitor) -> None:
    with_more_connections(visitor.emulator)
    client = visitor.emulator.client()
    page, keyboard = visitor.page, visitor.page.keyboard
    options = AuthorizationUrlOptions()
    options.state = "the-state"
    page.goto(client.get_authorization_url(visitor.callback, options))

    # The field has the initial focus, and Enter presses the first button.
    expect(page.get_by_label("Email")).to_be_focused()
    keyboard.type("sam.okoye@northwind.example")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose how to sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Continue with Okta")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in with OneLogin")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("sam.okoye@northwind.example")
    expect(page.get_by_label("Email")).to_be_focused()
    # Tab past the continue button to the cancel button, go back, and press the continue button.
    for key in ("Tab", "Tab", "Shift+Tab", "Space"):
        keyboard.press(key)

    callback = visitor.callback_parameters()
    assert (callback["state"], callback["iss"]) == ("the-state", visitor.emulator.url)
    with client:
        tokens = client.authenticate_with_code(
            callback["code"], visitor.callback, CodeAuthenticationOptions()
        )
    assert tokens["user"]["email"] == "sam.okoye@northwind.example"
    assert tokens["connection_id"] == "conn_300000000000000001"


def test_the_focus_order_matches_the_visual_order(visitor: Visitor) -> None:
    with_more_connections(visitor.emulator)
    page = visitor.authorize()
    expect(page.get_by_label("Email")).to_be_focused()
    names = [
        "Continue",
        "Use single sign-on",
        "Continue with Google",
        "Create an account",
        "Cancel",
    ]
    for name in names:
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()


def test_login_with_a_code_from_the_email(visitor: Visitor) -> None:
    page = visitor.authorize()
    page.get_by_label("Email").fill("iris.vale@garage.example")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    # The page links to the email in the dashboard.
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="in the dashboard").click()
    mails = opened.value
    code = mails.locator("output").inner_text()
    assert code == visitor.mail("iris.vale@garage.example")["code"]

    wrong = "000000" if code != "000000" else "111111"
    page.get_by_label("Code").fill(wrong)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "This code is incorrect. You have 4 attempts left."
    )
    expect(page.get_by_label("Code")).to_be_focused()
    expect(page.get_by_label("Code")).to_have_accessible_description(
        "This code is incorrect. You have 4 attempts left."
    )
    expect(page).to_have_title("Error: Check your email · Scalekit emulator")
    page.get_by_role("button", name="Send a new email").click()
    expect(page.get_by_role("status")).to_have_text(
        "A new email was sent. The previous one is no longer valid."
    )
    page.get_by_label("Code").fill(visitor.mail("iris.vale@garage.example")["code"])
    page.keyboard.press("Enter")

    # Iris is a member of one organization and invited to another.
    expect(page.get_by_role("heading", name="Choose an organization")).to_be_visible()
    page.get_by_role("button", name="Garage Robotics").click()
    assert visitor.callback_parameters()["state"] == "the-state"
    # The browser now has a session, so a login without a prompt succeeds.
    visitor.authorize(prompt="none")
    assert "code" in visitor.callback_parameters()
    other = visitor.other_visitor()
    other.authorize(prompt="none")
    assert other.callback_parameters()["error"] == "login_required"
    other.close()


def test_too_many_wrong_codes(visitor: Visitor) -> None:
    page = visitor.authorize(login_hint="iris.vale@garage.example")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Code").wait_for()
    code = visitor.mail("iris.vale@garage.example")["code"]
    for attempt in range(5):
        page.get_by_label("Code").fill("000000" if code != "000000" else "111111")
        page.get_by_role("button", name="Sign in", exact=True).click()
        message = "Too many" if attempt == 4 else f"{4 - attempt} attempt"
        expect(page.get_by_role("alert")).to_contain_text(message)


def test_sign_up_with_a_link_from_the_email(visitor: Visitor) -> None:
    page = visitor.authorize(login_hint="tom.reyes@nowhere.example")
    page.get_by_role("button", name="Continue", exact=True).click()
    # Tom has no account with this address.
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    expect(page.get_by_label("First name")).to_be_focused()
    page.keyboard.type("Tom")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_have_text("Enter a name for your organization.")
    page.get_by_label("Organization").fill("Reyes & Daughters")
    page.keyboard.press("Enter")
    page.get_by_label("Code").wait_for()

    phone = visitor.other_visitor()
    link = visitor.mail("tom.reyes@nowhere.example")["link"]
    phone.page.goto(link)
    phone.page.get_by_role("button", name="Sign in as tom.reyes@nowhere.example").click()
    assert "code" in phone.callback_parameters()
    phone.page.goto(link)
    expect(phone.page.get_by_role("heading", name="This link is no longer valid")).to_be_visible()
    phone.page.get_by_role("link", name="Sign in again").click()
    # The phone already has a session.
    assert "code" in phone.callback_parameters()
    phone.close()


def test_a_user_can_choose_an_account(visitor: Visitor) -> None:
    visitor.log_in("iris.vale@garage.example", organization_id="org_200000000000000003")
    visitor.callback_parameters()
    page = visitor.authorize(connection_id="conn_200000000000000002")
    page.get_by_label("Email").fill("lea.brandt@blueharbor.example")
    page.keyboard.press("Enter")
    visitor.callback_parameters()
    page = visitor.authorize()
    expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()
    page.get_by_role("button", name="lea.brandt@blueharbor.example Blue Harbor Health").click()
    assert "code" in visitor.callback_parameters()


def test_errors(visitor: Visitor) -> None:
    page = visitor.authorize(redirect_uri="nowhere")
    expect(page.get_by_role("heading", name="Invalid request")).to_be_visible()
    page = visitor.authorize(domain_hint="unknown.example")
    expect(page.get_by_role("alert")).to_have_text(
        "No organization has the domain unknown.example."
    )
    page.get_by_label("Email").fill("ada@unknown.example")
    page.get_by_role("button", name="Use single sign-on").click()
    expect(page.get_by_role("alert")).to_have_text(
        "No single sign-on is set up for unknown.example."
    )
    page.get_by_role("button", name="Cancel").click()
    assert visitor.callback_parameters()["error"] == "access_denied"

    page = visitor.authorize()
    visitor.emulator.admin("PUT", "clock", {"shift_seconds": 3600})
    page.get_by_label("Email").fill("ada@unknown.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This page has expired")).to_be_visible()
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_label("Email")).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    assert visitor.callback_parameters()["state"] == "the-state"

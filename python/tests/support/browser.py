"""A headless Chromium, and checks of pages: accessibility, dark mode, phones, screenshots."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright
from programs import ROOT

from scalekit.testing import Emulator

CHROMIUM = os.environ.get("SCALEKIT_CHROMIUM", "/usr/bin/chromium")
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
# The timeout of browser actions. Long, because the machine may be busy.
TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)

#: Color schemes and the axe options. Dark mode only needs the contrast rule.
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, list[str]]], ...] = (
    ("light", {}),
    ("dark", {"runOnly": ["color-contrast"]}),
)
# Buttons and links that are too small for a finger (WCAG 2.2, 2.5.8). Inline links are exempt.
TOO_SMALL = """[...document.querySelectorAll("button, a[href]")]
    .filter((each) => getComputedStyle(each).display !== "inline")
    .filter((each) => each.offsetHeight > 0 && each.offsetHeight < 24)
    .map((each) => each.outerHTML)"""
SCREENSHOTS = ROOT / "target/screenshots"


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Runs a browser. Other tests cannot use an event loop meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Profile:
    """A browser profile with one tab. Collects JavaScript errors and console messages."""

    def __init__(self, chromium: Browser) -> None:
        self.context: BrowserContext = chromium.new_context(viewport=DESKTOP)
        self.context.set_default_timeout(TIMEOUT_MS)
        self.errors: list[str] = []
        self.page: Page = self.new_tab()

    def new_tab(self) -> Page:
        """Opens another tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._log(message.text))
        return page

    def _log(self, text: str) -> None:
        # Chromium logs this message for responses with status 400, which are expected.
        if "Failed to load resource" not in text:
            self.errors.append(text)

    def close(self) -> None:
        """Closes the browser. Fails if the pages caused JavaScript errors or console messages."""
        self.context.close()
        assert self.errors == [], self.errors


def complete_login(page: Page, emulator: Emulator, email: str) -> None:
    """Fills in the login pages of the emulator, with the code of the email."""
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("heading", name="Check your email").wait_for()
    page.get_by_label("Code").fill(emulator.mails(email)[-1]["code"])
    page.get_by_role("button", name="Sign in", exact=True).click()


def check_page(page: Page, name: str) -> None:
    """Checks the current page and takes screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        result = Axe().run(page, options={"resultTypes": ["violations"], **rules})
        assert result.violations_count == 0, f"{name}, {scheme}: {result.generate_report()}"
        page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{name} is {width} pixels wide"
    assert page.evaluate(TOO_SMALL) == [], name
    page.screenshot(path=SCREENSHOTS / f"{name}-phone.png", full_page=True)
    page.set_viewport_size(DESKTOP)

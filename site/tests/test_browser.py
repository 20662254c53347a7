"""Opens the pages in a browser: accessibility with axe-core in light and dark mode, the width on a
phone, the search, and the tabs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from html_pages import HTML, pages
from playwright.sync_api import Browser, Page, ViewportSize, expect

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
#: Color schemes and the axe options. Dark mode only needs the contrast rule.
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, list[str]]], ...] = (
    ("light", {}),
    ("dark", {"runOnly": ["color-contrast"]}),
)
TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)
#: The pages with screenshots, by the names of these.
SCREENSHOTS = {
    "": "home",
    "tutorial/": "tutorial",
    "sessions-flask/": "guide",
    "webhooks/": "tabs",
    "security/": "security",
    "reference/python/organization/": "python",
    "reference/node/services/organization/": "node",
    "reference/rest/organizations/": "rest",
}


def addresses() -> list[str]:
    """Returns the paths of the pages, with one page of each generated reference."""
    files = [page.relative_to(HTML).as_posix() for page in pages()]
    paths = [file.removesuffix("index.html") for file in files]
    return [path for path in paths if path in SCREENSHOTS or not path.startswith("reference/")]


@pytest.fixture(scope="module")
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page of the browser. It must not cause errors or requests to other hosts."""
    context = chromium.new_context(viewport=DESKTOP, base_url=address)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.on("request", lambda request: _check(request.url, address, problems))
    yield page
    context.close()
    assert problems == []


def _check(url: str, address: str, problems: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:")):
        problems.append(f"request to {url}")


@pytest.mark.parametrize("path", addresses())
def test_a_page_is_accessible(path: str, page: Page, screenshots: Path) -> None:
    page.goto(path)
    name = SCREENSHOTS.get(path)
    for scheme, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        result = Axe().run(page, options={"resultTypes": ["violations"], **rules})
        assert result.violations_count == 0, f"{scheme}: {result.generate_report()}"
        if name:
            page.screenshot(path=screenshots / f"{name}-{scheme}.png")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"the page is {width} pixels wide"
    if name:
        page.wait_for_timeout(500)  # the transition to the other layout
        page.screenshot(path=screenshots / f"{name}-phone.png")
    page.set_viewport_size(DESKTOP)


def test_the_search_finds_pages(page: Page, screenshots: Path) -> None:
    page.goto("")
    page.get_by_role("button", name="Search").first.click()
    page.locator("input[aria-label=Search]").fill("signature cache")
    found = page.locator("a[role=option]", has_text="The signature cache").first
    found.wait_for()
    page.screenshot(path=screenshots / "search.png")
    found.click()
    page.wait_for_url("**/security/**")


def test_a_choice_of_a_language_holds_for_all_pages(page: Page) -> None:
    page.goto("")
    page.locator(".tabbed-labels").get_by_text("Rust", exact=True).click()
    page.goto("")
    expect(page.get_by_text("use scalekit::Client;").first).to_be_visible()

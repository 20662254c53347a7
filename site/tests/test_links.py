"""Checks the links of all pages, and that the site loads nothing from other hosts."""

from __future__ import annotations

from urllib.parse import urlsplit

from html_pages import HTML, pages, problem, read


def test_the_links_lead_to_pages_and_anchors() -> None:
    broken = {
        f"{page.relative_to(HTML)}: {link}: {found}"
        for page in pages()
        for link in read(page).links
        if (found := problem(link, page))
    }
    assert not broken, "\n".join(sorted(broken))


def test_the_site_loads_only_its_own_files() -> None:
    for page in pages():
        for file in read(page).files:
            assert not urlsplit(file).netloc, f"{page.relative_to(HTML)} loads {file}"
            assert problem(file, page) is None, f"{page.relative_to(HTML)}: {file} is missing"

"""Checks that a test runs each snippet of the pages."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import tomllib
from html_pages import ROOT

sys.path.insert(0, str(ROOT / "site"))
import pages  # noqa: E402

TABLE = tomllib.loads((ROOT / "site/snippets.toml").read_text())
BLOCK = re.compile(r"^( *)```([\w,]*)\n(.*?)^\1```$(?=(\n\n```text\n)?)", re.S | re.M)


def languages(page: str) -> set[str]:
    """Returns the languages of a page that need an entry in the table."""
    found = set()
    for _, language, _, output in BLOCK.findall((ROOT / page).read_text()):
        language = language.partition(",")[0]
        is_program = page.startswith("docs/") and output and language in TABLE["programs"]
        if not is_program and language not in TABLE["other"]:
            found.add(language)
    return found


def test_a_test_runs_each_snippet() -> None:
    expected = {page: found for page in pages.sources() if (found := languages(page))}
    assert {page: set(entry) for page, entry in TABLE["pages"].items()} == expected


def test_the_tests_of_the_table_name_their_pages() -> None:
    for page, entry in TABLE["pages"].items():
        # The tests of sessions put the names of their pages together.
        name = re.sub(r"^sessions-\w+\.md$", "sessions-", Path(page).name)
        for test in entry.values():
            assert name in (ROOT / test).read_text(), f"{test} does not read {page}"


def test_every_page_is_in_the_navigation() -> None:
    text = (ROOT / "site/zensical.toml").read_text()
    for page in pages.sources().values():
        assert f'"{page}"' in text, page

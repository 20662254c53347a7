"""Tests the conversion of pages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from html_pages import ROOT

sys.path.insert(0, str(ROOT / "site"))
import pages  # noqa: E402

PAGES = {"docs/page.md": "page.md", "docs/other.md": "other.md", "tool/README.md": "tools/tool.md"}
README = """# Tool

## Use it

```sh
tool
```

```python
print("used")
```
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a README and another page."""
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    for name, text in {"tool/README.md": README, "docs/other.md": "# Other\n"}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    return tmp_path


def convert(root: Path, text: str) -> str:
    (root / "docs/page.md").write_text(text)
    return pages.convert("docs/page.md", PAGES)


def test_sections_of_languages_become_tabs(root: Path) -> None:
    text = "## Call\n\n### Python\n\n```python\n# Node\n```\n\n### Node\n\nText\n\n## End\n"
    assert convert(root, text) == (
        '## Call\n\n=== "Python"\n\n\n    ```python\n    # Node\n    ```\n\n'
        '=== "Node"\n\n\n    Text\n\n\n## End\n'
    )


def test_one_section_of_a_language_stays_a_section(root: Path) -> None:
    text = "## Rust\n\nText\n\n## More\n"
    assert convert(root, text) == text


def test_code_of_another_page_is_included(root: Path) -> None:
    text = convert(root, "Code: [Use it](../tool/README.md#use-it)\n")
    assert text == '```python\nprint("used")\n```\n'
    text = convert(root, "Code (sh): [Use it](../tool/README.md#use-it)\n")
    assert text == "```sh\ntool\n```\n"
    with pytest.raises(pages.PageError, match=r"docs/page.md: tool/README.md has no code"):
        convert(root, "Code: [Use it](../tool/README.md#missing)\n")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[it](../tool/README.md#use-it)", "[it](tools/tool.md#use-it)"),
        ("[other.md](other.md)", "[Other](other.md)"),
        (f"[it]({pages.GITHUB}/blob/main/tool/README.md)", "[it](tools/tool.md)"),
        ("[it](../docs)", f"[it]({pages.GITHUB}/tree/main/docs)"),
        ("[it](https://example.com)", "[it](https://example.com)"),
        ("[it](#below)", "[it](#below)"),
        (
            "`[it](other.md)`\n\n```md\n[it](no.md)\n```",
            "`[it](other.md)`\n\n```md\n[it](no.md)\n```",
        ),
    ],
)
def test_links(root: Path, link: str, expected: str) -> None:
    assert convert(root, f"{link}\n") == f"{expected}\n"


def test_a_link_to_a_missing_file_is_an_error(root: Path) -> None:
    with pytest.raises(pages.PageError, match=r"the link no.md leads to no file"):
        convert(root, "[it](no.md)\n")

"""Converts the Markdown of the repository to pages of the site.

The sources are plain Markdown, which GitHub shows as it is. A page of the site differs in this:

- Consecutive headings that are names of languages become tabs.
- `Code: [text](../python/README.md#webhook)` becomes the programs of that section, and
  `Code (console): …` becomes its code blocks of one language.
- Links to files of the repository become links to pages of the site, or to GitHub.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GITHUB = "https://github.com/scalekit-client/scalekit-client"
LANGUAGES = ("Python", "Node", "Rust", "Kotlin", "Java", "Swift")
READMES = {
    "README.md": "index.md",
    "python/README.md": "packages/python.md",
    "node/README.md": "packages/node.md",
    "core/README.md": "packages/rust.md",
    "bindings/axum/README.md": "packages/axum.md",
    "kotlin/README.md": "packages/kotlin.md",
    "swift/README.md": "packages/swift.md",
    "emulator/README.md": "packages/emulator.md",
}
# Its links lead to pages that have no source in Markdown.
REFERENCE = "site/reference.md"
# Pages for contributors.
EXCLUDED = {"docs/STYLE.md"}

_FENCE = re.compile(r"^ *(```+|~~~+)")
_HEADING = re.compile(r"^(#{1,6}) (.+)$")
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"^Code(?: \((\w+)\))?: \[[^\]]+\]\(([^)#]+)#([^)]+)\)$")
_BLOCK = re.compile(r"^```(\w+)[\w,]*\n.*?^```$", re.S | re.M)
_PROGRAMS = ("python", "js", "rust", "kotlin", "java", "swift")


class PageError(Exception):
    """A source page is invalid."""


def sources() -> dict[str, str]:
    """Returns the paths of the pages in the site, by the paths of their sources."""
    found = {"CHANGELOG.md": "changelog.md", REFERENCE: "reference/index.md", **READMES}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        source = path.relative_to(ROOT).as_posix()
        if source not in EXCLUDED:
            found[source] = source.removeprefix("docs/")
    return found


def convert(source: str, pages: dict[str, str]) -> str:
    """Returns the page of the site for a source."""
    text = (ROOT / source).read_text(encoding="utf-8")
    if source == REFERENCE:
        return text
    lines = list(_included(text.splitlines(), source))
    # The language of a fence is followed by attributes of rustdoc, as in `rust,no_run`.
    lines = [re.sub(r"^```(\w+),\w+$", r"```\1", line) for line in lines]
    return "\n".join(_tabs(list(_linked(lines, source, pages)))) + "\n"


def slug(heading: str) -> str:
    """Returns the anchor of a heading, as GitHub and the site create it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-")


def sections(text: str) -> dict[str, str]:
    """Returns the texts of the sections of a page by the anchors of their headings."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line, is_code in _lines(text.splitlines()):
        match = None if is_code else _HEADING.match(line)
        if match:
            current = found.setdefault(slug(match[2]), [])
        else:
            current.append(line)
    return {anchor: "\n".join(lines) for anchor, lines in found.items()}


def _lines(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yields each line, and whether it belongs to a code block."""
    fence = ""
    for line in lines:
        match = _FENCE.match(line)
        if fence:
            yield line, True
            if match and match[1].startswith(fence) and line.strip() == match[1]:
                fence = ""
        else:
            fence = match[1] if match else ""
            yield line, bool(match)


def _included(lines: list[str], source: str) -> Iterator[str]:
    for line, is_code in _lines(lines):
        match = None if is_code else _CODE.match(line)
        if not match:
            yield line
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[2]))
        section = sections((ROOT / target).read_text(encoding="utf-8")).get(match[3], "")
        languages = [match[1]] if match[1] else _PROGRAMS
        blocks = [found[0] for found in _BLOCK.finditer(section) if found[1] in languages]
        if not blocks:
            raise PageError(f"{source}: {target} has no code in the section #{match[3]}")
        yield from "\n\n".join(blocks).splitlines()


def _linked(lines: list[str], source: str, pages: dict[str, str]) -> Iterator[str]:
    """Replaces the targets of links. A link can start on one line and end on the next one."""
    text: list[str] = []
    for line, is_code in _lines(lines):
        if is_code:
            yield from _replaced(text, source, pages)
            text = []
            yield line
        else:
            text.append(line)
    yield from _replaced(text, source, pages)


def _replaced(lines: list[str], source: str, pages: dict[str, str]) -> list[str]:
    def replace(match: re.Match[str]) -> str:
        text, file = match[1], _file(match[2], source)
        # A page of the site has a title instead of a file name.
        if file in pages and text.endswith(".md"):
            text = _title(file)
        return f"[{text}]({_target(match[2], source, pages)})"

    return _LINK.sub(replace, "\n".join(lines)).split("\n") if lines else []


def _file(link: str, source: str) -> str | None:
    """Returns the file of the repository that a link leads to."""
    path = link.partition("#")[0]
    for prefix in (f"{GITHUB}/blob/main/", f"{GITHUB}/tree/main/"):
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    if ":" in path or not path:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), path))


@cache
def _title(source: str) -> str:
    text = (ROOT / source).read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith("# ")).removeprefix("# ")


def _target(link: str, source: str, pages: dict[str, str]) -> str:
    """Returns the target of a link in the site."""
    file = _file(link, source)
    if file is None:
        return link
    anchor = link.partition("#")[2]
    suffix = f"#{anchor}" if anchor else ""
    if file in pages:
        page = posixpath.relpath(pages[file], posixpath.dirname(pages[source]) or ".")
        return page + suffix
    if not (ROOT / file).exists():
        raise PageError(f"{source}: the link {link} leads to no file")
    kind = "tree" if (ROOT / file).is_dir() else "blob"
    return f"{GITHUB}/{kind}/main/{file}{suffix}"


def _tabs(lines: list[str]) -> Iterator[str]:
    """Converts consecutive sections of languages to tabs."""
    marked = list(_lines(lines))
    index = 0
    while index < len(marked):
        run = _run(marked, index)
        if len(run) < 2:
            yield marked[index][0]
            index += 1
            continue
        for language, start, end in run:
            yield f'=== "{language}"'
            yield ""
            yield from (f"    {line}" if line else "" for line, _ in marked[start:end])
            index = end
        yield ""


def _run(marked: list[tuple[str, bool]], index: int) -> list[tuple[str, int, int]]:
    """Returns the languages that start at a line, with the lines of their sections."""
    found: list[tuple[str, int, int]] = []
    level = ""
    while index < len(marked):
        line, is_code = marked[index]
        match = None if is_code else _HEADING.match(line)
        if not match or match[2] not in LANGUAGES or level not in ("", match[1]):
            break
        level = match[1]
        start = index = index + 1
        while index < len(marked) and (marked[index][1] or not _HEADING.match(marked[index][0])):
            index += 1
        found.append((match[2], start, index))
    return found

#!/usr/bin/env python3
"""Checks CHANGELOG.md: changelog.py VERSION [--release].

Prints the section of the version, the notes of its release. Fails if the section is missing, empty,
without a date, or not the newest. With --release, first gives the unreleased section at the top this
version and the date of today.
"""

from __future__ import annotations

import datetime
import pathlib
import re
import sys

PATH = pathlib.Path("CHANGELOG.md")
HEADING = re.compile(r"^## \[(?P<version>.+)\](?: - (?P<date>.+))?$", re.MULTILINE)
GROUPS = {"Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"}


def fail(message: str) -> None:
    """Ends the program with an error."""
    sys.exit(f"changelog: {message}")


def main() -> None:
    """Runs the command."""
    version = sys.argv[1]
    text = PATH.read_text(encoding="utf-8")
    headings = list(HEADING.finditer(text))
    if not headings:
        fail(f"{PATH} has no sections")
    newest = headings[0]
    if sys.argv[2:] == ["--release"]:
        if "Unreleased" not in newest[0]:
            fail(f"the section [{newest['version']}] is released, add a section [Unreleased]")
        today = datetime.datetime.now(tz=datetime.timezone.utc).date()
        text = text.replace(newest[0], f"## [{version}] - {today}", 1)
        PATH.write_text(text, encoding="utf-8")
        headings = list(HEADING.finditer(text))
        newest = headings[0]
    if newest["version"] != version:
        fail(f"the newest section is [{newest['version']}], expected [{version}]")
    try:
        datetime.date.fromisoformat(newest["date"] or "")
    except ValueError:
        fail(f"the section [{version}] has no date")
    end = headings[1].start() if len(headings) > 1 else len(text)
    section = text[newest.end() : end].strip()
    if not re.search(r"^- ", section, re.MULTILINE):
        fail(f"the section [{version}] is empty")
    groups = set(re.findall(r"^### (.+)$", section, re.MULTILINE))
    if unknown := groups - GROUPS:
        fail(f"the section [{version}] has unknown groups: {', '.join(sorted(unknown))}")
    print(section)


if __name__ == "__main__":
    main()

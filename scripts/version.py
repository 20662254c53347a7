#!/usr/bin/env python3
"""The one version of all packages: version.py [--check | VERSION].

Without an argument, prints the version in Cargo.toml. With --check, fails if a file contains another
one. With a version, writes it to all files, and updates the SBOMs.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The pattern of a version, and how often it occurs in the file. The first place is the source. pip
# reads the version from Cargo.toml, and the Swift package has the version of its tag.
PLACES = [
    ("Cargo.toml", r'^version = "(.+)"$', 1),
    ("Cargo.toml", r'^scalekit[\w-]* = \{ path = .*, version = "(.+)" \}$', 4),
    ("Cargo.lock", r'^name = "(?:codegen|scalekit(?:-[\w-]+)?)"\nversion = "(.+)"$', 13),
    ("fuzz/Cargo.lock", r'^name = "scalekit(?:-wire)?"\nversion = "(.+)"$', 2),
    ("node/package.json", r'^  "version": "(.+)",$', 1),
    ("node/package-lock.json", r'"name": "scalekit-client",\n +"version": "(.+)",$', 2),
    ("node/src/edge/options.mts", r'^const VERSION = "(.+)";$', 1),
    ("kotlin/pom.xml", r"<artifactId>scalekit-client</artifactId>\n +<version>(.+)</version>", 1),
    ("kotlin/README.md", r"<artifactId>scalekit-client</artifactId>\n +<version>(.+)</version>", 1),
    ("kotlin/README.md", r"scalekit-client-(.+)\.jar", 1),
    *(
        (
            f"kotlin/consumers/{consumer}/pom.xml",
            r"<artifactId>scalekit-client</artifactId>\n +<version>(.+)</version>",
            1,
        )
        for consumer in ("ktor", "plain", "spring")
    ),
    ("bench/kotlin_package.py", r"scalekit-client-(.+)\.jar", 1),
    (".github/ISSUE_TEMPLATE/bug.yml", r"placeholder: scalekit-client (\S+),", 1),
]
VERSION = re.compile(r"\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?")


def matches(name: str, pattern: str) -> tuple[str, list[re.Match[str]]]:
    """Returns the text of a file, and the places of the version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return text, list(re.finditer(pattern, text, re.MULTILINE))


def current() -> str:
    """Returns the version in Cargo.toml."""
    return matches(*PLACES[0][:2])[1][0][1]


def check() -> None:
    """Fails if a place is missing or has another version."""
    version = current()
    problems = []
    for name, pattern, count in PLACES:
        found = [match[1] for match in matches(name, pattern)[1]]
        if found != [version] * count:
            problems.append(f"{name} has {found or 'no version'}, expected {count} times {version}")
    if problems:
        sys.exit("\n".join(["version: run scripts/version.py VERSION", *problems]))


def write(version: str) -> None:
    """Writes the version to all places."""
    if not VERSION.fullmatch(version):
        sys.exit(f'version: "{version}" is not a version such as 1.2.3 or 1.2.3-rc.1')
    for name, pattern, _ in PLACES:
        text, found = matches(name, pattern)
        for match in reversed(found):
            text = text[: match.start(1)] + version + text[match.end(1) :]
        (ROOT / name).write_text(text, encoding="utf-8")
    check()
    subprocess.run([sys.executable, ROOT / "scripts/notices.py"], check=True)


def main() -> None:
    """Runs the command."""
    match sys.argv[1:]:
        case []:
            print(current())
        case ["--check"]:
            check()
        case [version] if not version.startswith("-"):
            write(version)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compares the public APIs with the last release: semver.py [VERSION [--reviewed]].

Prints the lines of the `public-api.txt` files that were removed or changed since the last tag
`vX.Y.Z`. Fails if VERSION is too low for the changes: a breaking change needs a new major version,
or a new minor version before 1.0. A changed line counts as breaking. With --reviewed, removed and
changed lines count as compatible: pass it after a review of the printed lines.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

FILES = ["core/public-api.txt", "python/public-api.txt", "node/public-api.txt"]
Version = tuple[int, ...]


def git(*arguments: str) -> str | None:
    """Returns the output of git, or `None` if it fails."""
    result = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return result.stdout if result.returncode == 0 else None


def parse(version: str) -> Version:
    """Returns the numbers of a version without a pre-release part."""
    return tuple(int(number) for number in version.removeprefix("v").split("-")[0].split("."))


def last_release(version: str | None) -> str | None:
    """Returns the newest tag of a release, other than the tag of the version itself."""
    tags = (git("tag", "--merged", "HEAD", "--list", "v[0-9]*") or "").split()
    releases = [tag for tag in tags if "-" not in tag and tag != f"v{version}"]
    return max(releases, key=parse, default=None)


def minimum(old: Version, is_breaking: bool, has_additions: bool) -> Version:
    """Returns the lowest version that the changes allow."""
    major, minor, patch = old
    if is_breaking:
        return (0, minor + 1, 0) if major == 0 else (major + 1, 0, 0)
    if has_additions and major > 0:
        return (major, minor + 1, 0)
    return (major, minor, patch + 1)


def main() -> None:
    """Prints the changes, and checks the version."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--reviewed"]
    version = arguments[0] if arguments else None
    release = last_release(version)
    if release is None:
        print("semver: there is no release to compare with")
        return
    gone: list[str] = []
    has_additions = False
    for file in FILES:
        before = (git("show", f"{release}:{file}") or "").splitlines()
        path = pathlib.Path(file)
        now = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = set(now)
        gone += [f"{file.split('/')[0]}: {line}" for line in before if line not in kept]
        has_additions |= bool(kept - set(before))
    print(f"semver: {len(gone)} lines were removed or changed since {release}")
    for line in gone:
        print(f"  {line}")
    if version is None:
        return
    lowest = minimum(parse(release), bool(gone) and "--reviewed" not in sys.argv, has_additions)
    if parse(version) < lowest:
        text = ".".join(map(str, lowest))
        sys.exit(f"semver: {version} is too low for these changes of the API, use {text} or newer")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""build.py OUTPUT: builds the site into OUTPUT/html.

The Markdown of the site is in OUTPUT/pages. The generator is Zensical, in its strict mode: a
warning ends the build.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pages

HERE = Path(__file__).resolve().parent


def build(output: Path) -> None:
    shutil.rmtree(output / "pages", ignore_errors=True)
    shutil.rmtree(output / "html", ignore_errors=True)
    sources = pages.sources()
    for source, page in sources.items():
        write(output / "pages" / page, pages.convert(source, sources))
    for name in ("theme.css", "theme.js"):
        shutil.copy(HERE / "theme" / name, output / "pages")
    shutil.copytree(HERE / "theme" / "partials", output / "theme" / "partials", dirs_exist_ok=True)
    shutil.copy(HERE / "zensical.toml", output)
    zensical = Path(sys.executable).parent / "zensical"
    command = [zensical, "build", "--strict", "--config-file", output / "zensical.toml"]
    subprocess.run(command, check=True)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]).resolve())
    except pages.PageError as error:
        sys.exit(f"build.py: {error}")

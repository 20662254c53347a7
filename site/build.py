#!/usr/bin/env python3
"""build.py OUTPUT REFERENCE: builds the site into OUTPUT/html.

The Markdown of the site is in OUTPUT/pages. REFERENCE has the parts that other programs write: the
Markdown of the REST and Node references in `rest` and `node`, and the HTML of the Rust reference in
`rust`. The generator is Zensical, in its strict mode: a warning ends the build.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import node_reference
import pages
import python_reference
import rest_reference

HERE = Path(__file__).resolve().parent


def build(output: Path, reference: Path) -> None:
    shutil.rmtree(output / "pages", ignore_errors=True)
    shutil.rmtree(output / "html", ignore_errors=True)
    sources = pages.sources()
    for source, page in sources.items():
        write(output / "pages" / page, pages.convert(source, sources))
    python, node = python_reference.pages(), node_reference.pages(reference / "node")
    languages = {"Python": python, "Node": node}
    rest = rest_reference.pages(reference / "rest", languages, reference / "rust")
    for folder, texts in {"python": python, "node": node, "rest": rest}.items():
        for name, text in texts.items():
            write(output / "pages" / "reference" / folder / name, text)
    for name in ("theme.css", "theme.js"):
        shutil.copy(HERE / "theme" / name, output / "pages")
    shutil.copytree(HERE / "theme" / "partials", output / "theme" / "partials", dirs_exist_ok=True)
    write(output / "zensical.toml", configuration(output / "pages"))
    zensical = Path(sys.executable).parent / "zensical"
    command = [zensical, "build", "--strict", "--config-file", output / "zensical.toml"]
    subprocess.run(command, check=True)
    shutil.copytree(reference / "rust", output / "html" / "reference" / "rust")


def configuration(folder: Path) -> str:
    """Returns the configuration with the generated pages in the navigation."""
    text = (HERE / "zensical.toml").read_text(encoding="utf-8")
    for name in ("python", "node", "rest"):
        files = sorted((folder / "reference" / name).rglob("*.md"), key=title)
        files.sort(key=lambda file: file.name != "index.md")
        entries = [
            f"{{ {json.dumps(title(file))} = {json.dumps(str(file.relative_to(folder)))} }}"
            for file in files
        ]
        text = text.replace(f'"reference/{name}"', ", ".join(entries))
    return text


def title(file: Path) -> str:
    return file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        build(*(Path(argument).resolve() for argument in sys.argv[1:]))
    except pages.PageError as error:
        sys.exit(f"build.py: {error}")

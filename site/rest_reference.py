"""The pages of the REST operations. codegen writes them; this adds links to the references of Python,
Node and Rust."""

from __future__ import annotations

import re
from pathlib import Path

_METHOD = re.compile(r"^\| (Python|Node) \| `(client\.\w+)\.(\w+)` \|$", re.M)
_RUST = re.compile(r"^\| Rust \| `client\.(\w+)\(\)\.(\w+)` \|$", re.M)


def pages(folder: Path, references: dict[str, dict[str, str]], rustdoc: Path) -> dict[str, str]:
    """Returns the pages by the names of their files.

    `references` has the pages of Python and Node, and `rustdoc` the folder of the Rust reference.
    """
    structs = {file.stem: file for file in rustdoc.glob("scalekit/api/*/struct.*.html")}
    names = {
        language: {text.splitlines()[0].removeprefix("# "): name for name, text in found.items()}
        for language, found in references.items()
    }

    def link(match: re.Match[str]) -> str:
        language, service, method = match.groups()
        page = names[language].get(service, "")
        heading = rf"^#+ {method}(\(\))?$"
        if not re.search(heading, references[language].get(page, ""), re.M):
            return match[0]
        address = f"../{language.lower()}/{page}#{method.lower()}"
        return f"| {language} | [`{service}.{method}`]({address}) |"

    def rust_link(match: re.Match[str]) -> str:
        resource, method = match.groups()
        struct = structs.get("struct." + resource.title().replace("_", ""))
        if not struct:
            return match[0]
        address = f"../rust/{struct.relative_to(rustdoc).as_posix()}#method.{method}"
        # Markdown links can only lead to pages in Markdown.
        return f'| Rust | <a href="{address}"><code>client.{resource}().{method}</code></a> |'

    return {
        file.name: _RUST.sub(rust_link, _METHOD.sub(link, file.read_text(encoding="utf-8")))
        for file in folder.glob("*.md")
    }

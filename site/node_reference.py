"""The pages of the Node reference. TypeDoc writes them with the names of source files and of default
exports; users know the names of packages and classes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from pages import ROOT, slug

PACKAGE = "scalekit-client"


def pages(folder: Path) -> dict[str, str]:
    """Returns the pages by the names of their files."""
    texts = {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*.md")
    }
    # The entry for edge runtimes has other types, so a second run writes its page.
    texts["edge.md"] = texts.pop("edge/modules.md")
    texts["modules.md"] += "- [edge](edge.md)\n"
    classes = {name: found for name in texts if (found := _default_class(name))}
    titles = {name: _title(name, text) for name, text in texts.items()}
    found = {}
    for name, text in texts.items():
        for other, title in classes.items():
            attribute = titles[other].removeprefix("client.")
            text = re.sub(rf"\b{attribute}: default;", f"{attribute}: {title};", text)
        if name in classes:
            text = re.sub(r"\bdefault\b(?=$|\]|`|;|\()", classes[name], text, flags=re.M)
            text = text.replace("(#default)", f"(#{classes[name].lower()})")
            # Users do not create the clients of services.
            created = re.compile(r"^#### Extends\n.*?(?=^#### Methods$)", re.S | re.M)
            text = created.sub("", text)
        for other, title in classes.items():
            text = re.sub(
                rf"\[`?default`?\]\(((?:\.\./)*{re.escape(other)})#default\)",
                rf"[`{title}`](\1#{title.lower()})",
                text,
            )
        text = re.sub(r"\A# .*", f"# {titles[name]}", text)
        if name != "modules.md":
            text = _flattened(text)
        for other, title in titles.items():
            text = text.replace(
                f"- [{other.removesuffix('.md')}]({other})", f"- [{title}]({other})"
            )
        found["index.md" if name == "modules.md" else _file(name)] = _links(text)
    return found


def _file(name: str) -> str:
    return "client.md" if name == "index.md" else name


def _flattened(text: str) -> str:
    """Removes the headings of kinds, such as Classes, and raises the level of all others."""
    text = re.sub(r"^## .*\n\n?", "", text, flags=re.M)
    return re.sub(r"^##(#+ )", r"#\1", text, flags=re.M)


def _links(text: str) -> str:
    headings = Counter(slug(found) for found in re.findall(r"^#+ (.*)$", text, re.M))

    def numbered(match: re.Match[str]) -> str:
        page, anchor, number = match.groups()
        # The generator numbers equal anchors with an underscore, and TypeDoc with a hyphen. TypeDoc
        # also counts some headings that it does not write.
        is_missing = not page and headings[anchor] <= int(number)
        return f"({page}#{anchor})" if is_missing else f"({page}#{anchor}_{number})"

    text = re.sub(r"\(([\w./-]*)#([\w-]+)-(\d+)\)", numbered, text)
    return re.sub(r"\(((?:\.\./)*)index\.md", r"(\1client.md", text)


def _default_class(name: str) -> str | None:
    """Returns the class that the source of a page exports by default."""
    source = ROOT / "node" / "src" / name.replace(".md", ".ts")
    if not source.exists():
        return None
    found = re.search(r"^export default class (\w+)", source.read_text(encoding="utf-8"), re.M)
    return found[1] if found else None


def _title(name: str, text: str) -> str:
    if service := re.search(r"^Operations of `(client\.\w+)`", text, re.M):
        return service[1]
    if name == "modules.md":
        return "Node reference"
    module = re.sub(r"^(web|adapters)/|\.md$", "", name)
    return PACKAGE if module == "index" else f"{PACKAGE}/{module}"

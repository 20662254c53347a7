"""The built site: its pages, and the links and anchors of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "target" / "site" / "html"
RUSTDOC = HTML / "reference" / "rust"
# The folder of the site on its host.
FOLDER = "/scalekit-client"
# The elements that load a file when a page is opened.
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


@dataclass
class Page:
    """The links of a page, the files that it loads, and the anchors that it has."""

    links: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.page.anchors.update(filter(None, [values.get("id"), values.get("name")]))
        if tag == "a" and values.get("href") is not None:
            self.page.links.append(values["href"] or "")
        file = values.get(LOADED.get(tag, ""))
        # The canonical URL is not loaded.
        if file and values.get("rel") not in ("canonical", "prev", "next"):
            self.page.files.append(file)


@cache
def read(file: Path) -> Page:
    reader = _Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return reader.page


def pages() -> list[Path]:
    """Returns the pages, without the ones of rustdoc, which checks its links itself."""
    return sorted(page for page in HTML.rglob("*.html") if RUSTDOC not in page.parents)


def problem(link: str, page: Path) -> str | None:
    """Returns the reason why a link of a page does not work."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https"):
        return None if "." in parts.netloc or "127.0.0.1" in parts.netloc else "invalid host"
    if parts.scheme:
        return None if parts.scheme == "mailto" else f"scheme {parts.scheme}"
    # The page for errors has links from the root of the server.
    link = link.removeprefix(FOLDER) if page.name == "404.html" else link
    address = urlsplit(urljoin(f"/{page.relative_to(HTML)}", link))
    file = HTML / unquote(address.path).lstrip("/")
    if file.is_dir():
        file = file / "index.html"
    if not file.exists():
        return "no such page"
    anchor = unquote(address.fragment)
    if anchor and file.suffix == ".html" and anchor not in read(file).anchors:
        return "no such anchor"
    return None

"""A headless Chromium, and a server for the built site."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from html_pages import FOLDER, HTML, ROOT
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("SCALEKIT_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a server with the site, in the folder that GitHub Pages uses."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return super().translate_path(path.removeprefix(FOLDER))

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(HTML))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}{FOLDER}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = ROOT / "target" / "screenshots" / "site"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

"""Around the quickstart: a browser that only follows links and submits forms, and a webhook endpoint."""

from __future__ import annotations

import http.cookiejar
import http.server
import json
import queue
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any


def emulator_of(env_url: str) -> str:
    """The URL of the emulator if that is what answers there, else the empty string."""
    if urllib.parse.urlsplit(env_url).hostname not in ("127.0.0.1", "localhost", "::1"):
        return ""
    try:
        with urllib.request.urlopen(f"{env_url}/_emulator/requests", timeout=5):
            return env_url
    except OSError:
        return ""


# An address, a code and an organization are asked for at most, one page each.
_PAGES = 4


class _Form(HTMLParser):
    """The first form of a page, filled in as the page proposes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self.action:
            self.action = given.get("action") or "?"
        elif tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """Cookies, links and forms; stops where a redirect leaves the identity provider."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _NoRedirect)

    def sign_in(self, url: str, callback: str) -> dict[str, str]:
        """Open the authorization URL, confirm the login pages, and return the callback's query parameters."""
        landed, page = self._follow(url)
        for _ in range(_PAGES):
            if landed.startswith(callback):
                break
            form = _Form(page)
            if "code" in form.fields:
                form.fields["code"] = self._code_from_mail()
            data = urllib.parse.urlencode(form.fields).encode()
            landed, page = self._follow(urllib.parse.urljoin(landed, form.action), data)
        else:
            raise RuntimeError(f"the login ended at {landed}")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))

    def log_out(self, url: str) -> str:
        """Open the logout URL and return where it leads."""
        return self._follow(url)[0]

    def _code_from_mail(self) -> str:
        with self._opener.open(f"{self._origin}/_emulator/mails", timeout=10) as response:
            return str(json.load(response)[-1]["code"])

    def _follow(self, url: str, data: bytes | None = None) -> tuple[str, str]:
        while url.startswith(self._origin):
            try:
                with self._opener.open(url, data, timeout=10) as response:
                    return url, response.read().decode()
            except urllib.error.HTTPError as response:
                if not 300 <= response.code < 400:
                    raise
                url, data = (
                    urllib.parse.urljoin(url, response.headers["location"]),
                    None,
                )
        return url, ""


@dataclass
class Delivery:
    """A webhook request as it came in: the body untouched, since its signature is over these very bytes."""

    event_type: str
    headers: dict[str, str]
    body: bytes


class WebhookReceiver:
    """An endpoint on loopback, registered with the emulator while the `with` block lasts."""

    def __init__(self, emulator: str) -> None:
        self.secret = ""
        self._emulator = emulator
        self._deliveries: queue.Queue[Delivery] = queue.Queue()
        self._server: http.server.ThreadingHTTPServer | None = None

    def __enter__(self) -> WebhookReceiver:
        if self._emulator:
            deliveries = self._deliveries

            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    body = self.rfile.read(int(self.headers["content-length"]))
                    deliveries.put(Delivery(json.loads(body)["type"], dict(self.headers), body))
                    self.send_response(204)
                    self.end_headers()

                def log_message(self, *_: Any) -> None:
                    pass

            self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=self._server.serve_forever, daemon=True).start()
            self.secret = self._register(f"http://127.0.0.1:{self._server.server_address[1]}/webhooks")
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def wait_for(self, event_type: str) -> Delivery:
        """The next delivery of that type; fails after ten seconds without one."""
        while True:
            delivery = self._deliveries.get(timeout=10)
            if delivery.event_type == event_type:
                return delivery

    def _register(self, url: str) -> str:
        request = urllib.request.Request(
            f"{self._emulator}/_emulator/webhooks",
            json.dumps({"url": url}).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return str(json.load(response)["secret"])

"""Helpers of the quickstart: a minimal browser and a webhook endpoint."""

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


def emulator_url(env_url: str) -> str:
    """Returns `env_url` if it is the URL of an emulator, otherwise the empty string."""
    if urllib.parse.urlsplit(env_url).hostname not in ("127.0.0.1", "localhost", "::1"):
        return ""
    try:
        with urllib.request.urlopen(f"{env_url}/_emulator/requests", timeout=5):
            return env_url
    except OSError:
        return ""


# A login has at most a page for the address, for the code and for the organization.
_MAX_PAGES = 4


class _Form(HTMLParser):
    """The first form of a page, with its default values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form" and not self.action:
            self.action = attributes.get("action") or "?"
        elif tag == "input" and attributes.get("name"):
            self.fields[str(attributes["name"])] = attributes.get("value") or ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """A browser with cookies, redirects and forms.

    Stops when a redirect leaves the identity provider.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _NoRedirect)

    def sign_in(self, url: str, callback: str) -> dict[str, str]:
        """Opens the authorization URL and logs in. Returns the query parameters of the callback."""
        current, page = self._follow(url)
        for _ in range(_MAX_PAGES):
            if current.startswith(callback):
                break
            form = _Form(page)
            if "code" in form.fields:
                form.fields["code"] = self._code_from_mail()
            data = urllib.parse.urlencode(form.fields).encode()
            current, page = self._follow(urllib.parse.urljoin(current, form.action), data)
        else:
            raise RuntimeError(f"the login ended at {current}")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(current).query))

    def log_out(self, url: str) -> str:
        """Opens the logout URL and returns the URL of the final redirect."""
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
                url, data = urllib.parse.urljoin(url, response.headers["location"]), None
        return url, ""


@dataclass
class Delivery:
    """A received webhook request. The body is unparsed, because the signature covers its bytes."""

    event_type: str
    headers: dict[str, str]
    body: bytes


class WebhookReceiver:
    """A webhook endpoint on the loopback interface, registered with the emulator."""

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
            self.secret = self._register(
                f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def wait_for(self, event_type: str) -> Delivery:
        """Returns the next delivery of an event type. Fails after ten seconds."""
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

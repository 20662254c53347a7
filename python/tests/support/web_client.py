"""A browser without JavaScript for applications in this process: WSGI or ASGI."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode, urlsplit

from documents import redirect

HOST = "app.example.com"
NAVIGATE = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
FETCH = {"Accept": "application/json", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


@dataclass
class Reply:
    """A response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Returns the value of a header that must occur once."""
        (value,) = [value for other, value in self.headers if other.lower() == name]
        return value

    @property
    def location(self) -> str:
        return self.header("location")

    @property
    def cookies(self) -> dict[str, str]:
        """The attributes of each cookie that the response sets, with its value."""
        lines = [value.strip() for name, value in self.headers if name.lower() == "set-cookie"]
        assert len({line.partition("=")[0] for line in lines}) == len(lines), (
            "a cookie is set twice"
        )
        return {line.partition("=")[0]: line.partition("=")[2] for line in lines}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Application(Protocol):
    """An application that handles requests."""

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Reply: ...


class WsgiApplication:
    """Calls a WSGI application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": HOST,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
        }
        for name, value in headers.items():
            variable = name.upper().replace("-", "_")
            environ[variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
        started: list[Any] = []

        def start_response(status: str, headers: Any, *_: Any) -> None:
            started[:] = [int(status.split()[0]), headers]

        chunks = self.app(environ, start_response)
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return Reply(started[0], started[1], content)


class AsgiApplication:
    """Calls an ASGI application, each request in a new event loop."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        return asyncio.run(self.call(method, target, headers, body))

    async def call(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        path, _, query = target.partition("?")
        given = {"host": HOST, "content-length": str(len(body)), **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "server": (HOST, 443),
            "client": ("127.0.0.1", 1234),
        }
        sent: list[Any] = []
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if parts:
                return parts.pop(0)
            await asyncio.sleep(3600)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        replied = [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Reply(sent[0]["status"], replied, content)


async def websocket(app: Any, path: str, headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Opens a WebSocket, and returns the messages of the application."""
    given = {"host": HOST, **headers}
    scope = {
        "type": "websocket",
        "scheme": "wss",
        "path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "subprotocols": [],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


class Browser:
    """Keeps cookies and sends requests."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """The header ``Cookie``."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] = NAVIGATE,
        body: bytes = b"",
    ) -> Reply:
        sent = {**headers, **({"Cookie": self.cookie} if self.cookies else {})}
        reply = self.app.handle(method, target, sent, body)
        for name, line in reply.cookies.items():
            if "max-age=0" in line.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = line.partition(";")[0]
        return reply

    def get(self, target: str, headers: Mapping[str, str] = NAVIGATE) -> Reply:
        return self.send("GET", target, headers)

    def post(self, target: str, headers: Mapping[str, str] = NAVIGATE, body: Any = None) -> Reply:
        content = b"" if body is None else json.dumps(body).encode()
        return self.send("POST", target, {"Content-Type": "application/json", **headers}, content)

    def start_login(self, target: str = "/login", email: str = "ada@acme.com") -> str:
        """Opens the login route. Returns the authorization URL."""
        separator = "&" if "?" in target else "?"
        reply = self.get(f"{target}{separator}{urlencode({'login_hint': email})}")
        assert reply.status == 302, reply
        return reply.location

    def approve(self, authorization_url: str) -> Reply:
        """Logs in at the emulator, and opens the callback."""
        url = urlsplit(redirect(authorization_url))
        return self.get(f"{url.path}?{url.query}")

    def log_in(self, target: str = "/login", email: str = "ada@acme.com") -> Reply:
        reply = self.approve(self.start_login(target, email))
        assert reply.status == 302, reply
        return reply


def quoted(path: str) -> str:
    return quote(path, safe="")

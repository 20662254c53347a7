"""A small HTTP server that plays the service: replies are functions, requests are recorded."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT_ID = "skc_1"
CLIENT_SECRET = "s3cret-of-the-client"


@dataclass
class Reply:
    """Sent as it is; `body` may be anything that becomes JSON, or raw bytes."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    handler: BaseHTTPRequestHandler

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    def wait_for_disconnect(self, seconds: float = 20) -> bool:
        """Answer nothing until the client goes away; whether it did."""
        connection = self.handler.connection
        ready, _, _ = select.select([connection], [], [], seconds)
        gone = bool(ready) and connection.recv(1, socket.MSG_PEEK) == b""
        self.handler.close_connection = True
        return gone

    def write_for_ever(self) -> None:
        """Send a body that never ends, until the client has enough."""
        self.handler.send_response(200)
        self.handler.send_header("content-type", "application/json")
        self.handler.end_headers()
        self.handler.close_connection = True
        try:
            self.handler.wfile.write(b'{"organization": {"id": "')
            while True:
                self.handler.wfile.write(b"x" * 65536)
        except OSError:
            pass


Respond = Callable[[Request], Reply | None]


class StubServer:
    """Listens on a loopback port as long as it is open."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: dict[str, Respond] = {"/oauth/token": self._token}
        self.token_life = 3600
        self.dropped = threading.Semaphore(0)
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def on(self, path: str, respond: Respond | Reply) -> None:
        """Answer requests to `path`; one that ends in ``*`` stands for all that start so."""
        self.replies[path] = respond if callable(respond) else lambda _: respond

    def hang(self, path: str) -> None:
        """Answer nothing on `path`; `dropped` counts the clients that went away."""

        def respond(request: Request) -> None:
            if request.wait_for_disconnect():
                self.dropped.release()

        self.on(path, respond)

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.requests)

    def find(self, path: str) -> Respond:
        if path in self.replies:
            return self.replies[path]
        for pattern, respond in self.replies.items():
            if pattern.endswith("*") and path.startswith(pattern[:-1]):
                return respond
        return lambda _: Reply(404, {"code": 5, "message": f"nothing at {path}"})

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _token(self, request: Request) -> Reply:
        form = request.form()
        if form.get("client_secret") != CLIENT_SECRET:
            return Reply(401, {"error": "invalid_client", "error_description": "unknown client"})
        number = self.count("/oauth/token")
        return Reply(body={"access_token": f"token-{number}", "expires_in": self.token_life})


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up in the middle are part of the tests."""


def _handler(server: StubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without, Nagle's algorithm holds the body back after the head.
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, url.path, parse_qs(url.query), headers, body, self)
            server.requests.append(request)
            reply = server.find(url.path)(request)
            if reply is None:
                return
            content = reply.encoded()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            if "content-length" not in reply.headers:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            if "content-length" in reply.headers:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    return Handler

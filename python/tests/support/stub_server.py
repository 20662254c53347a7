"""A stub of the service: an HTTP server with configurable responses that records its requests."""

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
class Response:
    """A response. `body` is raw bytes, or a value that is sent as JSON."""

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
        """Sends no response. Returns ``True`` if the client closed the connection in time."""
        connection = self.handler.connection
        ready, _, _ = select.select([connection], [], [], seconds)
        closed = bool(ready) and connection.recv(1, socket.MSG_PEEK) == b""
        self.handler.close_connection = True
        return closed

    def write_endlessly(self) -> None:
        """Sends an endless body until the client closes the connection."""
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


Respond = Callable[[Request], Response | None]


class StubServer:
    """Listens on a loopback port until it is closed."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.handlers: dict[str, Respond] = {"/oauth/token": self._token}
        self.token_lifetime = 3600
        self.dropped = threading.Semaphore(0)
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def on(self, path: str, respond: Respond | Response) -> None:
        """Sets the response to requests for `path`. A trailing ``*`` matches any suffix."""
        self.handlers[path] = respond if callable(respond) else lambda _: respond

    def hang(self, path: str) -> None:
        """Never responds to requests for `path`. `dropped` counts the closed connections."""

        def respond(request: Request) -> None:
            if request.wait_for_disconnect():
                self.dropped.release()

        self.on(path, respond)

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.requests)

    def find(self, path: str) -> Respond:
        if path in self.handlers:
            return self.handlers[path]
        for pattern, respond in self.handlers.items():
            if pattern.endswith("*") and path.startswith(pattern[:-1]):
                return respond
        return lambda _: Response(404, {"code": 5, "message": f"no handler for {path}"})

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _token(self, request: Request) -> Response:
        form = request.form()
        if form.get("client_secret") != CLIENT_SECRET:
            return Response(401, {"error": "invalid_client", "error_description": "unknown client"})
        number = self.count("/oauth/token")
        return Response(body={"access_token": f"token-{number}", "expires_in": self.token_lifetime})


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignores errors of connections that clients close, which is part of the tests."""


def _handler(server: StubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Nagle's algorithm would delay the body after the headers.
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def handle_request(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, url.path, parse_qs(url.query), headers, body, self)
            server.requests.append(request)
            response = server.find(url.path)(request)
            if response is None:
                return
            content = response.encoded()
            self.send_response(response.status)
            for name, value in {"content-type": "application/json", **response.headers}.items():
                self.send_header(name, value)
            if "content-length" not in response.headers:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            if "content-length" in response.headers:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

    return Handler

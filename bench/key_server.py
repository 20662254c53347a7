"""Creates tokens. Serves their key, the service token for the official SDK, and large responses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from report import ROOT, output

CRYPTO = ROOT / "target/release/crypto"


def organization(number: int, values: int, size: int) -> dict[str, object]:
    """Returns an organization with `values` metadata values of `size` characters each."""
    return {
        "id": f"org_{17002334227791970 + number}",
        "create_time": "2026-01-02T03:04:05.678901Z",
        "update_time": "2026-01-02T03:04:05.678901Z",
        "display_name": f"Organization number {number}",
        "region_code": "US",
        "external_id": f"external-{number}",
        "metadata": {f"key_{value}": "x" * size for value in range(values)},
    }


@contextmanager
def key_server(tokens: int) -> Iterator[tuple[str, Path]]:
    """Yields the URL of the server and a file with `tokens` tokens."""
    token_file = ROOT / "target/bench/tokens.json"
    token_file.parent.mkdir(parents=True, exist_ok=True)
    output(CRYPTO, "make", token_file, str(tokens))
    responses = {
        "/keys": json.loads(token_file.read_text())["jwks"],
        "/oauth/token": {"access_token": "token", "expires_in": 3600},
        # `large`: the maximum number of records on a page. `small`: a megabyte of records of the
        # usual size.
        "/large/api/v1/organizations": {
            "organizations": [organization(n, 20, 500) for n in range(100)]
        },
        "/small/api/v1/organizations": {
            "organizations": [organization(n, 2, 10) for n in range(4000)]
        },
        # The result of a tool: one field with many values, and one field with a single value.
        "/rows/api/v1/execute_tool": {
            "data": {"rows": [organization(n, 2, 10) for n in range(4000)]}
        },
        "/text/api/v1/execute_tool": {"data": {"text": "Zażółć gęślą jaźń. " * 40_000}},
    }
    responses |= {
        f"/{kind}/oauth/token": responses["/oauth/token"]
        for kind in ("large", "small", "rows", "text")
    }
    bodies = {path: json.dumps(response).encode() for path, response in responses.items()}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def respond(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = bodies[self.path.partition("?")[0]]
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = respond

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", token_file
    server.shutdown()
    thread.join()
    server.server_close()

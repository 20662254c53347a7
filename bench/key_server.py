"""Makes tokens; serves their key, the service token that today's SDK fetches, and answers of 1 MB."""

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
    """One with so many values of metadata, each of so many characters."""
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
    """Its URL, and the file with so many tokens."""
    made = ROOT / "target/bench/tokens.json"
    made.parent.mkdir(parents=True, exist_ok=True)
    output(CRYPTO, "make", made, str(tokens))
    answers = {
        "/keys": json.loads(made.read_text())["jwks"],
        "/oauth/token": {"access_token": "token", "expires_in": 3600},
        # As many as a page can have, and as many as fill a megabyte with what most of them are.
        "/large/api/v1/organizations": {"organizations": [organization(n, 20, 500) for n in range(100)]},
        "/small/api/v1/organizations": {"organizations": [organization(n, 2, 10) for n in range(4000)]},
        # What a tool returns: one field, of many values and of a single one.
        "/rows/api/v1/execute_tool": {"data": {"rows": [organization(n, 2, 10) for n in range(4000)]}},
        "/text/api/v1/execute_tool": {"data": {"text": "Zażółć gęślą jaźń. " * 40_000}},
    }
    answers |= {
        f"/{kind}/oauth/token": answers["/oauth/token"] for kind in ("large", "small", "rows", "text")
    }
    bodies = {path: json.dumps(answer).encode() for path, answer in answers.items()}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = bodies[self.path.partition("?")[0]]
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    thread.join()
    server.server_close()

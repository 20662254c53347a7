"""Makes tokens, and serves their key and the service token that today's SDK fetches when it is made."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from report import ROOT, output

CRYPTO = ROOT / "target/release/crypto"


@contextmanager
def key_server(tokens: int) -> Iterator[tuple[str, Path]]:
    """Its URL, and the file with so many tokens."""
    made = ROOT / "target/bench/tokens.json"
    made.parent.mkdir(parents=True, exist_ok=True)
    output(CRYPTO, "make", made, str(tokens))
    answers = {
        "/keys": json.loads(made.read_text())["jwks"],
        "/oauth/token": {"access_token": "token", "expires_in": 3600},
    }

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.dumps(answers[self.path]).encode()
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

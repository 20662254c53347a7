"""A Flask application with login, an administration page and an API.

Run it with the emulator; see the README of the examples.
"""

from __future__ import annotations

import os

from flask import Flask, Response, render_template_string, request

from scalekit.frameworks.flask import BearerAuth, ScalekitAuth
from scalekit.web_auth import MemoryStore

PAGE = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orders</title>
<style>body { font: 16px/1.5 system-ui; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>Orders</h1>
{% if user %}
<p>Signed in as {{ user.sub }} of {{ user.oid }}.</p>
<p><a href="/admin">Administration</a> <a href="/login?prompt=select_account">Switch</a></p>
<form method="post" action="/logout"><button>Sign out</button></form>
{% else %}
<p><a href="/login">Sign in</a></p>
{% endif %}
</html>
"""

app = Flask(__name__)
auth = ScalekitAuth(
    app,
    env_url=os.environ["SCALEKIT_ENVIRONMENT_URL"],
    client_id=os.environ["SCALEKIT_CLIENT_ID"],
    client_secret=os.environ["SCALEKIT_CLIENT_SECRET"],
    redirect_uri="http://localhost:5000/callback",
    cookie_encryption_secret=os.environ["COOKIE_SECRET"],
    cookie_secure=False,  # the example uses HTTP on localhost
    store=MemoryStore(),  # with several workers, use RedisStore
)
bearer = BearerAuth(client=auth.client)


@app.get("/")
def home() -> str:
    session = auth.session()
    return render_template_string(PAGE, user=session.user if session else None)


@app.get("/admin")
@auth.requires(roles=["admin"])
def admin() -> str:
    return "Only administrators see this page."


@app.get("/api/orders")
@bearer.requires_token
def orders() -> dict[str, object]:
    return {"client": bearer.current_claims["sub"], "orders": []}


@app.post("/webhooks")
def webhooks() -> dict[str, object] | Response:
    secret = os.environ["WEBHOOK_SECRET"]
    auth.client.verify_webhook_payload(secret, request.headers, request.get_data())
    return {"revoked": auth.handle_event(request.get_json())}

"""A Flask application with login, an administration page, an API and webhooks.

Run it with the emulator; see the README of the examples.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, Response, request
from page import page

from scalekit import ScalekitClient, WebhookVerificationError
from scalekit.frameworks.flask import BearerAuth, ScalekitAuth
from scalekit.web_auth import MemoryStore

URL = os.environ.get("APP_URL", "http://localhost:5000")
client = ScalekitClient.from_env()
app = Flask(__name__)
auth = ScalekitAuth(
    app,
    client=client,
    redirect_uri=f"{URL}/callback",
    cookie_encryption_secret=os.environ["COOKIE_SECRET"],
    cookie_secure=URL.startswith("https:"),  # not all browsers accept secure cookies of localhost
    store=MemoryStore(),  # with several workers, use RedisStore
)
bearer = BearerAuth(client=client)


@app.get("/")
def home() -> str:
    session = auth.session()
    user = session.user if session else None
    return page("Welcome", "You are signed in." if user else "Sign in to see your orders.", user)


@app.get("/orders")
@auth.requires_auth
def orders() -> str:
    return page("Orders", "You have no orders.", auth.current_user)


@app.get("/admin")
@auth.requires(roles=["admin"])
def admin() -> str:
    return page("Administration", "Only administrators see this page.", auth.current_user)


@app.get("/me")
@auth.requires_auth
def me() -> dict[str, Any]:
    session = auth.current_session
    assert session
    return {"user": session.user, "expiresAt": session.expires_at}


@app.get("/switch/<organization_id>")
def switch(organization_id: str) -> Response:
    return auth.login(organization_id=organization_id, return_to="/orders")


@app.get("/api/orders")
@bearer.requires_token
def api_orders() -> dict[str, Any]:
    return {"client": bearer.current_claims["sub"], "orders": []}


@app.post("/webhook")
def webhook() -> tuple[str, int]:
    secret = os.environ["WEBHOOK_SECRET"]
    try:
        client.verify_webhook_payload(secret, request.headers, request.get_data())
    except WebhookVerificationError as error:
        return str(error), 400
    auth.handle_event(request.get_json())
    return "", 204

"""A FastAPI application with login, an administration page, an API and webhooks.

Run it with the emulator; see the README of the examples.
"""

from __future__ import annotations

import os
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from page import page

from scalekit import AsyncScalekitClient, WebhookVerificationError
from scalekit.frameworks.fastapi import BearerAuth, ScalekitAuth
from scalekit.web_auth import MemoryStore, Session

URL = os.environ.get("APP_URL", "http://localhost:8000")
client = AsyncScalekitClient.from_env()
auth = ScalekitAuth(
    client=client,
    redirect_uri=f"{URL}/callback",
    cookie_encryption_secret=os.environ["COOKIE_SECRET"],
    cookie_secure=URL.startswith("https:"),  # not all browsers accept secure cookies of localhost
    store=MemoryStore(),  # with several workers, use RedisStore
)
bearer = BearerAuth(client=client)
app = FastAPI()
auth.install(app)

optional = Depends(auth.session)
signed_in = Depends(auth.requires())
administrator = Depends(auth.requires(roles=["admin"]))
token = Depends(bearer)


@app.get("/", response_class=HTMLResponse)
async def home(session: Session | None = optional) -> str:
    user = session.user if session else None
    return page("Welcome", "You are signed in." if user else "Sign in to see your orders.", user)


@app.get("/orders", response_class=HTMLResponse)
async def orders(session: Session = signed_in) -> str:
    return page("Orders", "You have no orders.", session.user)


@app.get("/admin", response_class=HTMLResponse)
async def admin(session: Session = administrator) -> str:
    return page("Administration", "Only administrators see this page.", session.user)


@app.get("/me")
async def me(session: Session = signed_in) -> dict[str, Any]:
    return {"user": session.user, "expiresAt": session.expires_at}


@app.get("/switch/{organization_id}")
async def switch(request: Request, organization_id: str) -> Response:
    return await auth.login(request, organization_id=organization_id, return_to="/orders")


@app.get("/api/orders")
async def api_orders(claims: dict[str, Any] = token) -> dict[str, Any]:
    return {"client": claims["sub"], "orders": []}


@app.post("/webhook", status_code=204)
async def webhook(request: Request) -> None:
    secret = os.environ["WEBHOOK_SECRET"]
    try:
        client.verify_webhook_payload(secret, request.headers, await request.body())
    except WebhookVerificationError as error:
        raise HTTPException(400, str(error)) from None
    await auth.handle_event(await request.json())

"""A FastAPI application with login, an administration page and an API.

Run it with the emulator; see the README of the examples.
"""

from __future__ import annotations

import os
from html import escape
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from scalekit import AsyncScalekitClient
from scalekit.frameworks.fastapi import BearerAuth, ScalekitAuth
from scalekit.web_auth import MemoryStore, Session

PAGE = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orders</title>
<style>body {{ font: 16px/1.5 system-ui; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}</style>
<h1>Orders</h1>
{}
</html>
"""
SIGNED_IN = """<p>Signed in as {} of {}.</p>
<p><a href="/admin">Administration</a> <a href="/login?prompt=select_account">Switch</a></p>
<form method="post" action="/logout"><button>Sign out</button></form>"""
SIGNED_OUT = '<p><a href="/login">Sign in</a></p>'

client = AsyncScalekitClient.from_env()
auth = ScalekitAuth(
    client=client,
    redirect_uri="http://localhost:8000/callback",
    cookie_encryption_secret=os.environ["COOKIE_SECRET"],
    cookie_secure=False,  # the example uses HTTP on localhost
    store=MemoryStore(),  # with several workers, use RedisStore
)
bearer = BearerAuth(client=client)
app = FastAPI()
auth.install(app)

current_session = Depends(auth.session)
admin_session = Depends(auth.requires(roles=["admin"]))
token = Depends(bearer)


@app.get("/", response_class=HTMLResponse)
async def home(session: Session | None = current_session) -> str:
    if session is None:
        return PAGE.format(SIGNED_OUT)
    names = (escape(str(name)) for name in (session.user_id, session.organization_id))
    return PAGE.format(SIGNED_IN.format(*names))


@app.get("/admin", dependencies=[admin_session])
async def admin() -> str:
    return "Only administrators see this page."


@app.get("/api/orders")
async def orders(claims: dict[str, Any] = token) -> dict[str, Any]:
    return {"client": claims["sub"], "orders": []}


@app.post("/webhooks")
async def webhooks(request: Request) -> dict[str, str | None]:
    secret = os.environ["WEBHOOK_SECRET"]
    client.verify_webhook_payload(secret, request.headers, await request.body())
    return {"revoked": await auth.handle_event(await request.json())}

"""Uses an example application: ``python web_example.py FOLDER``.

Runs in a process of its own, because an application has the settings of Django.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook
from web_client import Application, AsgiApplication, Browser, WsgiApplication

from scalekit import ScalekitClient


def load(folder: Path) -> Application:
    spec: Any = importlib.util.spec_from_file_location("app", folder / "app.py")
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules["app"] = module
    spec.loader.exec_module(module)
    return {
        "flask": lambda: WsgiApplication(module.app),
        "fastapi": lambda: AsgiApplication(module.app),
        "django": lambda: WsgiApplication(module.wsgi),
    }[folder.name]()


def use(app: Application) -> None:
    browser = Browser(app)
    assert "Sign in" in browser.get("/").body.decode()
    assert browser.get("/admin").location == "/login?returnTo=%2Fadmin"

    first, second = (browser.start_login(f"/login?returnTo={path}") for path in ("/admin", "/"))
    assert browser.approve(second).location == "/"
    assert browser.approve(first).location == "/admin", "two tabs do not disturb each other"
    assert "Signed in as usr_1 of org_1." in browser.get("/").body.decode()
    assert "administrators" in browser.get("/admin").body.decode()

    assert browser.get("/api/orders").status == 401
    with ScalekitClient.from_env() as client:
        token = client.get_client_access_token()
    reply = browser.get("/api/orders", {"Authorization": f"Bearer {token}"})
    assert reply.json["orders"] == []

    stolen = Browser(app)
    stolen.cookies = {"sk_session": browser.cookies["sk_session"][:-4] + "AAAA"}
    assert "Sign in" in stolen.get("/").body.decode(), "a changed cookie is rejected"
    assert browser.post("/logout").status == 303
    assert "Sign in" in browser.get("/").body.decode()

    browser.log_in("/login?returnTo=//evil.example")
    assert "Signed in" in browser.get("/").body.decode()
    with ScalekitClient.from_env() as client:
        for session in client.sessions.get_user_sessions("usr_1")[0].sessions:
            revoke(browser, session.session_id)
    assert "Sign in" in browser.get("/").body.decode()


def revoke(browser: Browser, sid: str) -> None:
    """Ends the session by a webhook."""
    from datetime import datetime, timezone

    body = json.dumps({"type": "session.revoked", "data": {"session_id": sid}})
    now = datetime.now(timezone.utc)
    signature = Webhook(os.environ["WEBHOOK_SECRET"]).sign("msg_1", now, body)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
        "content-type": "application/json",
    }
    reply = browser.send("POST", "/webhooks", headers, body.encode())
    assert reply.json == {"revoked": sid}


use(load(Path(sys.argv[1])))

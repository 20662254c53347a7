"""Applications with sessions that are refreshed with each request: ``fastapi_app``, ``flask_app``."""

from __future__ import annotations

import os
from typing import Any

from scalekit.web_auth import RedisStore

SECRET = "a secret of at least thirty-two characters"
REDIS_URL = os.environ.get("TEST_REDIS_URL")
OPTIONS: dict[str, Any] = {
    "redirect_uri": "https://app.example.com/callback",
    "cookie_encryption_secret": SECRET,
    "refresh_ahead_s": 365 * 24 * 3600,
}


def fastapi_app() -> Any:
    from fastapi import Depends, FastAPI

    from scalekit import AsyncScalekitClient
    from scalekit.frameworks.fastapi import ScalekitAuth

    store = None
    if REDIS_URL:
        import redis.asyncio

        store = RedisStore(redis.asyncio.Redis.from_url(REDIS_URL))
    app = FastAPI()
    auth = ScalekitAuth(client=AsyncScalekitClient.from_env(), store=store, **OPTIONS)
    auth.install(app)
    user = Depends(auth.requires_auth)

    @app.get("/me")
    async def me(claims: dict[str, Any] = user) -> dict[str, Any]:
        return {"pid": os.getpid(), "sub": claims["sub"]}

    return app


def flask_app() -> Any:
    from flask import Flask

    from scalekit import ScalekitClient
    from scalekit.frameworks.flask import ScalekitAuth

    store = None
    if REDIS_URL:
        import redis

        store = RedisStore(redis.Redis.from_url(REDIS_URL))
    app = Flask("sessions")
    auth = ScalekitAuth(app, client=ScalekitClient.from_env(), store=store, **OPTIONS)

    @app.get("/me")
    @auth.requires_auth
    def me() -> dict[str, Any]:
        assert auth.current_user
        return {"pid": os.getpid(), "sub": auth.current_user["sub"]}

    return app

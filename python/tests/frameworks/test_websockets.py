"""WebSockets in FastAPI: the handshake has the cookies of the session."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import Depends, FastAPI, WebSocket
from web_apps import REDIRECT_URI, SECRET
from web_client import AsgiApplication, Browser, websocket

from scalekit.frameworks.fastapi import ScalekitAuth
from scalekit.testing import Emulator


def test_a_websocket_has_the_session_of_its_handshake(emulator: Emulator) -> None:
    app = FastAPI()
    with emulator.client() as client:
        auth = ScalekitAuth(
            client=client, redirect_uri=REDIRECT_URI, cookie_encryption_secret=SECRET
        )
        auth.install(app)
        user = Depends(auth.requires_auth)

        @app.websocket("/updates")
        async def updates(socket: WebSocket) -> None:
            session = auth.get_session(socket)
            if session is not None:
                await socket.accept()
                await socket.send_text(session["user"]["sub"])
            await socket.close(1008)

        @app.websocket("/guarded", dependencies=[user])
        async def guarded(socket: WebSocket) -> None:
            await socket.accept()

        browser = Browser(AsgiApplication(app))
        (close,) = asyncio.run(websocket(app, "/updates", {}))
        assert (close["type"], close["code"]) == ("websocket.close", 1008)
        browser.log_in()
        sent = asyncio.run(websocket(app, "/updates", {"cookie": browser.cookie}))
        assert [message["type"] for message in sent] == [
            "websocket.accept",
            "websocket.send",
            "websocket.close",
        ]
        # The dependencies of requests do not fit, and do not let anyone in.
        with pytest.raises(TypeError, match="request"):
            asyncio.run(websocket(app, "/guarded", {"cookie": browser.cookie}))

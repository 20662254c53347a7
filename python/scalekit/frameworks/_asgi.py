"""Requests and responses of ASGI."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scalekit.web_auth import WebResponse
from scalekit.web_auth._driver import HEADERS

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Key of the scope: the cookies that the middleware adds to the response.
COOKIES = "scalekit.cookies"
_HEADERS = {name.encode(): name for name in HEADERS}


def asgi_request(scope: MutableMapping[str, Any], action: str) -> dict[str, Any]:
    """Returns a request for the core."""
    path = scope.get("raw_path")
    target = path.decode("latin-1") if path else quote(scope["path"])
    query = scope.get("query_string")
    if query:
        target = f"{target}?{query.decode('latin-1')}"
    return {
        "action": action,
        # The handshake of a WebSocket is a GET request.
        "method": scope.get("method", "GET"),
        "target": target,
        "headers": [
            (_HEADERS[name], value.decode("latin-1"))
            for name, value in scope["headers"]
            if name in _HEADERS
        ],
    }


def asgi_authorization(scope: MutableMapping[str, Any]) -> str | None:
    """Returns the header ``Authorization``. Several headers are joined, which no token survives."""
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    return b", ".join(found).decode("latin-1") if found else None


def starlette_response(response: WebResponse) -> Response:
    """Converts a response."""
    from starlette.responses import Response

    return Response(response.body, response.status, dict(response.headers))


async def call_hook(hook: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a hook, in a thread if it is not a coroutine function."""
    from starlette.concurrency import run_in_threadpool

    if inspect.iscoroutinefunction(hook):
        return await hook(*arguments)
    result = await run_in_threadpool(hook, *arguments)
    return await result if isinstance(result, Awaitable) else result


class ScalekitAuthMiddleware:
    """Adds the cookies of refreshed sessions to every response, also to those that an endpoint or
    an exception handler creates.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a connection."""
        if scope["type"] != "http" or COOKIES in scope:
            await self.app(scope, receive, send)
            return
        cookies: list[str] = []
        scope[COOKIES] = cookies

        async def send_with_cookies(message: Message) -> None:
            if cookies and message["type"] == "http.response.start":
                added = [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]
                message["headers"] = [*message.get("headers", ()), *added]
                cookies.clear()
            await send(message)

        await self.app(scope, receive, send_with_cookies)

"""Protects MCP servers: FastMCP, Starlette, or any other ASGI application.

>>> auth = McpAuth(
...     env_url="https://acme.scalekit.com",
...     client_id="skc_123",
...     client_secret="secret",
...     resource_url="https://mcp.example.com/mcp",
...     resource_id="res_123",
...     tool_scopes={"delete_todo": ["todo:write"]},
... )
>>> app = auth.protect(server.streamable_http_app())
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from scalekit._runtime.annotations import Unpack
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.frameworks._asgi import asgi_authorization
from scalekit.web_auth import BearerAuth, BearerOptions, TokenRequirements, WebResponse

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_App = Callable[[Any, Any, Any], Awaitable[None]]

_CLAIMS = "scalekit.claims"
# The body of a call is read before the server receives it.
_MAX_BODY = 4 * 1024 * 1024


class InsufficientScopeError(Exception):
    """The token of the request lacks a requirement of a tool."""


class McpAuth:
    """Checks the access tokens of an MCP server, and serves its metadata (RFC 9728).

    Requests without a valid token receive 401 with ``WWW-Authenticate`` and ``resource_metadata``,
    so that MCP clients find the authorization server. A call of a tool whose scopes the token lacks
    receives 403 with ``insufficient_scope``.

    Attributes:
        bearer_auth: the guard without a framework.
    """

    def __init__(
        self,
        *,
        required_scopes: Sequence[str] = (),
        tool_scopes: Mapping[str, Sequence[str]] | None = None,
        **options: Unpack[BearerOptions],
    ) -> None:
        """Checks the options.

        Args:
            required_scopes: scopes that every request needs.
            tool_scopes: scopes that a tool needs in addition, by the name of the tool.
            **options: see :class:`scalekit.web_auth.BearerOptions`. `resource_url` is required.
                `resource_scopes` defaults to all scopes of the other options.

        Raises:
            ScalekitArgumentException: a ``ValueError``: an option is missing, unknown or invalid.
        """
        if not options.get("resource_url"):
            raise ScalekitArgumentException("resource_url is required")
        self._required = list(required_scopes)
        self._tools = {name: list(scopes) for name, scopes in (tool_scopes or {}).items()}
        every = [*self._required, *(scope for scopes in self._tools.values() for scope in scopes)]
        options.setdefault("resource_scopes", list(dict.fromkeys(every)))
        self.bearer_auth = BearerAuth(**options)

    def protect(self, app: _App) -> _App:
        """Returns an ASGI application that passes requests with a valid token to `app`.

        Wrap it with a CORS middleware if clients in browsers use the server.
        """

        async def protected(scope: _Scope, receive: _Receive, send: _Send) -> None:
            if scope["type"] == "lifespan":
                await app(scope, receive, send)
            elif scope["type"] == "http":
                await self._handle(app, scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})

        return protected

    def claims(self, context: Any) -> dict[str, Any]:
        """Returns the claims of the token.

        Args:
            context: a request of Starlette, or the ``Context`` of a tool.
        """
        request = getattr(getattr(context, "request_context", None), "request", None) or context
        claims: dict[str, Any] = request.scope[_CLAIMS]
        return claims

    def check(self, context: Any, **requirements: Unpack[TokenRequirements]) -> dict[str, Any]:
        """Returns the claims of the token if it fulfills the requirements. For code of tools.

        Raises:
            InsufficientScopeError: the token lacks a requirement.
        """
        claims = self.claims(context)
        response = self.bearer_auth.check(claims, requirements)
        if response is not None:
            raise InsufficientScopeError(json.loads(response.body)["error_description"])
        return claims

    async def _handle(self, app: _App, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            metadata = self.bearer_auth.metadata(scope["path"])
            if metadata is not None:
                await _respond(metadata, send)
                return
        outcome = await self.bearer_auth.authenticate_async(
            asgi_authorization(scope), {"scopes": self._required}
        )
        response = outcome.response
        if response is None and self._tools and scope["method"] == "POST":
            body = await _body(receive)
            response = self._check_tools(outcome.claims or {}, body)
            receive = _replay(body or b"", receive)
        if response is not None:
            await _respond(response, send)
            return
        scope[_CLAIMS] = outcome.claims
        await app(scope, receive, send)

    def _check_tools(self, claims: dict[str, Any], body: bytes | None) -> WebResponse | None:
        """Returns the response to a call of a tool whose scopes the token lacks."""
        if body is None:
            return _error(413, "the request is too large")
        try:
            # Only UTF-8, as JSON-RPC servers read it.
            message = json.loads(body.decode()) if body else None
        except (ValueError, RecursionError):
            return _error(400, "the request is not JSON")
        wanted = [scope for name in _called_tools(message) for scope in self._tools.get(name, ())]
        if not wanted:
            return None
        scopes = list(dict.fromkeys([*self._required, *wanted]))
        return self.bearer_auth.check(claims, {"scopes": scopes})


def _called_tools(message: Any) -> Iterable[str]:
    """Yields the names of the tools that a message, or a batch of messages, calls."""
    for one in message if isinstance(message, list) else [message]:
        if isinstance(one, dict) and one.get("method") == "tools/call":
            parameters = one.get("params")
            name = parameters.get("name") if isinstance(parameters, dict) else None
            if isinstance(name, str):
                yield name


async def _body(receive: _Receive) -> bytes | None:
    """Reads the body. ``None`` if it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > _MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: _Receive) -> _Receive:
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> MutableMapping[str, Any]:
        return parts.pop() if parts else await receive()

    return replay


def _error(status: int, text: str) -> WebResponse:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": text}}
    return WebResponse(status, [("Content-Type", "application/json")], json.dumps(error))


async def _respond(response: WebResponse, send: _Send) -> None:
    body = response.body.encode()
    headers = [*response.headers, ("Content-Length", str(len(body)))]
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": sent})
    await send({"type": "http.response.body", "body": body})

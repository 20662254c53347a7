"""MCP servers that accept access tokens, with real MCP servers and clients."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from bearer_apps import METADATA
from mcp.server.mcpserver import Context, MCPServer
from mcp_client import call_tools
from signer import Signer
from stub_server import Response, StubServer
from web_client import AsgiApplication, Reply

from scalekit.frameworks.mcp import InsufficientScopeError, McpAuth

RESOURCE_URL = "https://mcp.example.com/mcp"
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("key_1")


@pytest.fixture
def server(signer: Signer) -> Iterator[StubServer]:
    server = StubServer()
    server.on("/keys", Response(body={"keys": [signer.jwk()]}))
    yield server
    server.close()


@pytest.fixture
def auth(server: StubServer) -> McpAuth:
    return McpAuth(
        env_url=server.url,
        client_id="skc_1",
        client_secret="secret",
        resource_url=RESOURCE_URL,
        resource_id="res_1",
        required_scopes=["todo:read"],
        tool_scopes={"delete": ["todo:write"]},
    )


@pytest.fixture
def token(signer: Signer) -> str:
    return signer.sign(aud=["res_1"], scopes=["todo:read"])


def echo(auth: McpAuth) -> AsgiApplication:
    """An application that returns the claims and the body of the request."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        reply = {"sub": scope["scalekit.claims"]["sub"], "body": body.decode()}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(reply).encode()})

    return AsgiApplication(auth.protect(app))


def call(app: AsgiApplication, token: str, body: bytes) -> Reply:
    return app.handle("POST", "/mcp", {"Authorization": f"Bearer {token}", **JSON}, body)


def tool_call(name: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name}}


def test_a_client_finds_the_authorization_server(auth: McpAuth, server: StubServer) -> None:
    app = echo(auth)
    reply = app.handle("POST", "/mcp", JSON, b"{}")
    url = f"https://mcp.example.com{METADATA}/mcp"
    assert reply.status == 401
    challenge = f'Bearer realm="OAuth", resource_metadata="{url}"'
    assert reply.header("www-authenticate") == challenge
    for path in (METADATA, f"{METADATA}/mcp"):
        metadata = app.handle("GET", path, {}, b"")
        assert metadata.status == 200
        assert metadata.json["resource"] == RESOURCE_URL
        assert metadata.json["authorization_servers"] == [f"{server.url}/resources/res_1"]
        assert metadata.json["scopes_supported"] == ["todo:read", "todo:write"]
    assert app.handle("GET", f"{METADATA}/other", {}, b"").status == 401


def test_a_token_of_another_resource_is_rejected(auth: McpAuth, signer: Signer) -> None:
    reply = call(echo(auth), signer.sign(aud=["res_2"], scopes=["todo:read"]), b"{}")
    assert (reply.status, reply.json["error"]) == (401, "invalid_token")


def test_a_token_without_the_scopes_of_the_server_is_rejected(
    auth: McpAuth, signer: Signer
) -> None:
    reply = call(echo(auth), signer.sign(aud=[f"{RESOURCE_URL}/"], scopes=["other"]), b"{}")
    assert reply.status == 403
    header = reply.header("www-authenticate")
    assert 'error="insufficient_scope"' in header
    assert 'scope="todo:read"' in header
    assert "resource_metadata=" in header


@pytest.mark.parametrize(
    "message",
    [
        tool_call("delete"),
        [tool_call("list"), tool_call("delete")],
        {**tool_call("x"), "params": {"name": "delete", "arguments": {}}},
    ],
)
def test_a_tool_needs_its_scopes(auth: McpAuth, signer: Signer, token: str, message: Any) -> None:
    app, body = echo(auth), json.dumps(message).encode()
    reply = call(app, token, body)
    assert reply.status == 403
    assert 'scope="todo:read todo:write"' in reply.header("www-authenticate")
    both = signer.sign(aud=["res_1"], scopes=["todo:read", "todo:write"])
    reply = call(app, both, body)
    assert reply.json == {"sub": "usr_1", "body": body.decode()}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(tool_call("list")).encode(),
        json.dumps({"method": "tools/list"}).encode(),
        json.dumps({"method": "tools/call", "params": ["delete"]}).encode(),
        json.dumps({"method": "tools/call", "params": {"name": ["delete"]}}).encode(),
        b"[]",
        b"5",
        b"",
    ],
)
def test_other_messages_pass(auth: McpAuth, token: str, body: bytes) -> None:
    assert call(echo(auth), token, body).json["body"] == body.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (json.dumps(tool_call("delete")).encode("utf-16"), 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b"1" * 5_000_000, 413),
    ],
)
def test_a_body_that_cannot_be_checked_is_rejected(
    auth: McpAuth, token: str, body: bytes, status: int
) -> None:
    assert call(echo(auth), token, body).status == status


def test_a_websocket_is_closed(auth: McpAuth) -> None:
    sent: list[Any] = []

    async def main() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        await auth.protect(None)({"type": "websocket"}, None, send)  # type: ignore[arg-type]

    asyncio.run(main())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_resource_url_is_required() -> None:
    with pytest.raises(ValueError, match="resource_url is required"):
        McpAuth(env_url="https://acme.scalekit.com", client_id="skc_1", client_secret="s")


def test_the_official_server(auth: McpAuth, token: str) -> None:
    server = MCPServer("todo")

    @server.tool(name="list")
    def list_todos(context: Context) -> str:
        return str(auth.claims(context)["sub"])

    @server.tool()
    def clear(context: Context) -> str:
        auth.check(context, scopes=["todo:clear"])
        return "cleared"

    app = auth.protect(server.streamable_http_app())
    listed, cleared = asyncio.run(call_tools(app, token, "list", "clear"))
    assert listed.content[0].text == "usr_1"
    assert cleared.is_error
    assert "cleared" not in cleared.content[0].text
    assert issubclass(InsufficientScopeError, Exception)

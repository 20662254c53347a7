"""A FastMCP server that accepts access tokens. scripts/framework-matrix runs this test.

FastMCP is not installed with the packages of the other tests: its dependencies conflict with theirs.
"""

from __future__ import annotations

import asyncio

from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request
from mcp_client import call_tools
from signer import Signer
from stub_server import Response, StubServer

from scalekit.frameworks.mcp import McpAuth


def test_fastmcp() -> None:
    signer, service = Signer("key_1"), StubServer()
    service.on("/keys", Response(body={"keys": [signer.jwk()]}))
    auth = McpAuth(
        env_url=service.url,
        client_id="skc_1",
        client_secret="secret",
        resource_url="https://mcp.example.com/mcp",
        required_scopes=["todo:read"],
    )
    server = FastMCP("todo")

    @server.tool(name="list")
    def list_todos() -> str:
        return str(auth.check(get_http_request(), scopes=["todo:read"])["sub"])

    token = signer.sign(aud=["https://mcp.example.com/mcp"], scopes=["todo:read"])
    app = auth.protect(server.http_app(path="/mcp"))
    (listed,) = asyncio.run(call_tools(app, token, "list"))
    assert listed.content[0].text == "usr_1"
    service.close()

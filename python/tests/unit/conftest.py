"""Fixtures: the stub server, its clients, and the keys that sign its tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from signer import Signer
from stub_server import CLIENT_ID, CLIENT_SECRET, Response, StubServer

from scalekit import AsyncScalekitClient, ScalekitClient


@pytest.fixture
def server() -> Iterator[StubServer]:
    server = StubServer()
    yield server
    server.close()


@pytest.fixture
def client(server: StubServer) -> Iterator[ScalekitClient]:
    with ScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, call_timeout_s=10) as client:
        yield client


@pytest.fixture
def async_client(server: StubServer) -> Iterator[AsyncScalekitClient]:
    client = AsyncScalekitClient(server.url, CLIENT_ID, CLIENT_SECRET, call_timeout_s=20)
    yield client
    client.close()


@pytest.fixture(scope="session")
def signers() -> tuple[Signer, Signer]:
    return Signer("key_1"), Signer("key_2")


@pytest.fixture
def signer(signers: tuple[Signer, Signer], server: StubServer) -> Signer:
    server.on("/keys", Response(body={"keys": [signers[0].jwk()]}))
    return signers[0]


@pytest.fixture
def error_info() -> Callable[..., dict[str, Any]]:
    """Builds the body of an error response of the service."""

    def build(code: int, message: str, error_code: str, **details: Any) -> dict[str, Any]:
        kind = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
        info = {"@type": kind, "error_code": error_code, **details}
        return json.loads(json.dumps({"code": code, "message": message, "details": [info]}))

    return build

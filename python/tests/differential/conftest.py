"""A key server with two keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from signer import Signer
from stub_server import Response, StubServer


@pytest.fixture(scope="package")
def keys() -> tuple[Signer, Signer]:
    return Signer("key_1"), Signer("key_2")


@pytest.fixture
def key_server(keys: tuple[Signer, Signer]) -> Iterator[StubServer]:
    server = StubServer()
    server.on("/keys", Response(body={"keys": [key.jwk() for key in keys]}))
    yield server
    server.close()

"""Fixtures: an emulator with users, and applications of each framework."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from programs import BINARY
from web_apps import ADAPTERS, Applications
from web_client import Application, Browser

from scalekit.testing import Emulator


def member(organization: str, role: str) -> dict[str, Any]:
    return {
        "organization_id": organization,
        "membership_status": "ACTIVE",
        "roles": [{"name": role}],
    }


SEED = {
    "organizations": [
        {"id": "org_1", "display_name": "Acme"},
        {"id": "org_2", "display_name": "Globex"},
    ],
    "users": [
        {
            "id": "usr_1",
            "email": "ada@acme.com",
            "memberships": [member("org_1", "admin"), member("org_2", "member")],
        },
    ],
}


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, auto_approve=True, binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture(params=ADAPTERS)
def apps(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Applications]:
    with ExitStack() as stack:
        yield Applications(emulator, request.param, stack)


@pytest.fixture
def app(apps: Applications) -> Application:
    return apps.create()


@pytest.fixture
def browser(app: Application) -> Browser:
    return Browser(app)


@pytest.fixture(scope="session")
def official_cookie() -> Any:
    """Encrypts a session as version 1 of the official packages, with another implementation."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def encrypt(session: dict[str, Any], secret: str) -> str:
        salt, info = b"scalekit-session-v1", b"scalekit-encrypted-session"
        key = HKDF(SHA256(), 32, salt, info).derive(secret.encode())
        nonce = os.urandom(12)
        text = json.dumps(session, separators=(",", ":")).encode()
        sealed = b"\x01" + nonce + AESGCM(key).encrypt(nonce, text, None)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    return encrypt

"""Uses the example applications of the web frameworks with the emulator."""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

import pytest
from documents import run
from programs import BINARY, ROOT

from scalekit.testing import Emulator

ORGANIZATION = {"id": "org_1", "display_name": "Acme"}
MEMBERSHIP = {
    "organization_id": "org_1",
    "membership_status": "ACTIVE",
    "roles": [{"name": "admin"}],
}
USER = {"id": "usr_1", "email": "ada@acme.com", "memberships": [MEMBERSHIP]}


@pytest.mark.parametrize("name", ["flask", "fastapi", "django"])
def test_an_example(name: str) -> None:
    program = Path(__file__).parents[1] / "support/web_example.py"
    seed = {"organizations": [ORGANIZATION], "users": [USER]}
    with Emulator(seed=seed, auto_approve=True, binary=BINARY) as emulator:
        environment = {
            **emulator.environment,
            "COOKIE_SECRET": secrets.token_urlsafe(32),
            "WEBHOOK_SECRET": "whsec_" + base64.b64encode(bytes(32)).decode(),
        }
        run([sys.executable, str(program), str(ROOT / "examples" / name)], environment)

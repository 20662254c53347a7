"""Runs the snippets of docs/sessions-*.md with the emulator."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import redis
import redis.asyncio
from documents import snippets
from programs import BINARY, ROOT
from redis_server import running_redis
from web_apps import configured_django
from web_client import AsgiApplication, Browser, WsgiApplication, websocket

from scalekit.testing import Emulator

USER = {
    "id": "usr_1",
    "email": "ada@acme.com",
    "memberships": [
        {
            "organization_id": "org_1",
            "membership_status": "ACTIVE",
            "roles": [{"name": "admin"}],
        }
    ],
}
SEED = {"organizations": [{"id": "org_1", "display_name": "Acme"}], "users": [USER]}
WEBHOOK_SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
PAGES = ("flask", "fastapi", "django")


@pytest.fixture(scope="module")
def guide_emulator() -> Iterator[Emulator]:
    with Emulator(seed=SEED, auto_approve=True, binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def environment(guide_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    guide_emulator.reset()
    with guide_emulator.client() as client:
        client.permissions.create_permission({"name": "orders:read", "description": "Read"})
        client.permissions.add_permissions_to_role("admin", ["orders:read"])
    added = {
        **guide_emulator.environment,
        "COOKIE_SECRET": secrets.token_urlsafe(32),
        "WEBHOOK_SECRET": WEBHOOK_SECRET,
    }
    for name, value in added.items():
        monkeypatch.setenv(name, value)
    return added


@pytest.fixture
def redis_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes clients of Redis use a server of the test."""
    with running_redis(tmp_path) as url:
        blocking, asynchronous = redis.Redis.from_url, redis.asyncio.Redis.from_url
        monkeypatch.setattr(redis, "Redis", lambda: blocking(url))
        monkeypatch.setattr(redis.asyncio, "Redis", lambda: asynchronous(url))
        yield


def run_page(name: str) -> ModuleType:
    """Runs all Python snippets of a page as one program."""
    module = ModuleType(f"sessions_{name}")
    for heading, snippet in snippets(f"docs/sessions-{name}.md", "python").items():
        exec(compile(snippet, f"docs/sessions-{name}.md: {heading}", "exec"), vars(module))
    return module


def check_pages(browser: Browser) -> None:
    """Checks the views that all pages have."""
    assert browser.get("/").location == "/login?returnTo=%2F"
    assert not signed_in(browser)
    browser.log_in()
    assert "Hello, usr_1" in browser.get("/").body.decode()
    assert "org_1" in browser.get("/orders").body.decode()
    assert browser.get("/reports").status == 200
    assert signed_in(browser)


def signed_in(browser: Browser) -> bool:
    body = browser.get("/welcome").body.decode()
    return body == "welcome back" or '"signed_in":true' in body.replace(" ", "")


def delivery(payload: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """A signed webhook."""
    body, timestamp = json.dumps(payload).encode(), str(int(time.time()))
    mac = hmac.digest(bytes(32), f"msg_1.{timestamp}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
        "content-type": "application/json",
    }, body


OTHER_EVENT = {"type": "user.created", "data": {}}


def check_webhook(browser: Browser) -> None:
    headers, body = delivery(OTHER_EVENT)
    reply = browser.send("POST", "/webhooks", headers, body)
    assert reply.json == {"revoked": None}


def check_api(browser: Browser) -> None:
    reply = browser.get("/api/orders")
    assert (reply.status, reply.header("www-authenticate")) == (401, 'Bearer realm="OAuth"')


def test_flask(environment: dict[str, str], redis_port: None) -> None:
    page = run_page("flask")
    browser = Browser(WsgiApplication(page.app))
    check_pages(browser)
    assert "organization_id=org_2" in browser.get("/switch/org_2").location
    check_webhook(browser)
    check_api(browser)
    page.shared.revoke("ses_1")
    assert page.store.get("scalekit:revoked:ses_1") == "1"
    with page.app.test_request_context():
        error = type("Error", (), {"reason": "denied", "status": 400})
        assert page.on_error(None, error) == ("The login failed: denied", 400)
    page.auth.client.close()


def test_fastapi(environment: dict[str, str], redis_port: None) -> None:
    import asyncio

    page = run_page("fastapi")
    browser = Browser(AsgiApplication(page.app))
    assert browser.get("/profile").json == {"user": None}
    check_pages(browser)
    assert browser.get("/profile").json == {"user": "usr_1"}
    assert "organization_id=org_2" in browser.get("/switch/org_2").location
    check_webhook(browser)
    check_api(browser)
    for origin, kind in (
        ("http://localhost:8000", "websocket.accept"),
        ("https://evil.example", "websocket.close"),
    ):
        headers = {"cookie": browser.cookie, "origin": origin}
        assert asyncio.run(websocket(page.app, "/updates", headers))[0]["type"] == kind

    async def revoke() -> Any:
        await page.shared.revoke("ses_1")
        value = await page.store.get("scalekit:revoked:ses_1")
        await page.store._client.aclose()
        return value

    assert asyncio.run(revoke()) == "1"
    reply = AsgiApplication(page.mcp_app).handle("POST", "/mcp", {}, b"{}")
    assert (reply.status, "resource_metadata" in reply.header("www-authenticate")) == (401, True)
    page.auth.client.close()


@pytest.mark.parametrize("is_async", [False, True])
def test_django(environment: dict[str, str], is_async: bool) -> None:
    found = snippets("docs/sessions-django.md", "python")
    names: dict[str, Any] = {}
    for heading in ("Ten lines", "Several workers and hosts"):
        exec(found.pop(heading), names)
    prefix = "SCALEKIT_"
    options = {
        name.removeprefix(prefix).lower(): value
        for name, value in names.items()
        if name.startswith(prefix)
    }

    def urls() -> ModuleType:
        from django.urls import path

        module: Any = ModuleType("sessions_django")
        for snippet in found.values():
            exec(snippet, vars(module))
        module.urlpatterns += [
            path("switch/<organization_id>", module.switch),
            path("webhooks", module.webhooks),
            path("api/orders", module.api_orders),
        ]
        return module  # type: ignore[no-any-return]

    with configured_django(urls, names["MIDDLEWARE"], options, is_async) as app:
        browser = Browser(app)
        check_pages(browser)
        assert "organization_id=org_2" in browser.get("/switch/org_2").location
        check_webhook(browser)
        check_api(browser)


@pytest.mark.parametrize("name", PAGES)
def test_the_packages_have_their_extras(name: str) -> None:
    command = snippets(f"docs/sessions-{name}.md", "sh")["Ten lines"]
    assert command == f'pip install "scalekit-client[{name}]"\n'
    project = (ROOT / "python/pyproject.toml").read_text()
    assert f"optional-dependencies.{name} = " in project


MANAGE = """
import os, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line([*sys.argv, "--noreload", "127.0.0.1:0"])
"""


@pytest.mark.parametrize("name", PAGES)
def test_the_ten_lines_run_with_their_command(name: str, tmp_path: Path) -> None:
    page = f"docs/sessions-{name}.md"
    program = snippets(page, "python")["Ten lines"]
    if name == "django":
        (tmp_path / "settings.py").write_text(
            f'{program}\nROOT_URLCONF = "urls"\nSECRET_KEY = "s"\nDEBUG = True\n'
        )
        (tmp_path / "urls.py").write_text(snippets(page, "python")["URLs and views"])
        (tmp_path / "manage.py").write_text(MANAGE)
    else:
        (tmp_path / "app.py").write_text(program)
    check_start(snippets(page, "console")["Ten lines"], tmp_path)


def test_the_application_of_the_tutorial_starts(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(snippets("docs/sessions-flask.md", "python")["Ten lines"])
    page = (ROOT / "docs/tutorial.md").read_text()
    commands = re.findall(r"^```sh\n(.*?)^```$", page, re.S | re.M)
    (command,) = (command for command in commands if "flask" in command)
    check_start(command, tmp_path)


def check_start(command: str, tmp_path: Path) -> None:
    """Starts an application, and checks that its page redirects to the login."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "scalekit-emulator").symlink_to(BINARY)
    path = [str(folder), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "COOKIE_SECRET": secrets.token_urlsafe(32),
        "FLASK_RUN_PORT": "0",
        "UVICORN_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        assert redirects_to_login(log, process), log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def redirects_to_login(log: Path, process: subprocess.Popen[bytes]) -> bool:
    """Waits until the server listens, and opens its page."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        # The emulator prints its own address too.
        for port in re.findall(r"http://127\.0\.0\.1:(\d+)", log.read_text(errors="replace")):
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
            with suppress(OSError), closing(connection):
                connection.request("GET", "/", headers={"Accept": "text/html"})
                if connection.getresponse().getheader("location") == "/login?returnTo=%2F":
                    return True
        time.sleep(0.1)
    return False

"""Tests `scalekit.testing` and `python -m scalekit.emulator` like the tests of a user."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from programs import BINARY, ROOT

from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitBadRequestException, ScalekitNotFoundException
from scalekit.emulator import find_binary
from scalekit.testing import Emulator, EmulatorError
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization


@pytest.fixture(autouse=True)
def binary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEKIT_EMULATOR_BIN", str(BINARY))


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    seed = {"organizations": [{"id": "org_1", "display_name": "Acme"}]}
    with Emulator(seed=seed, webhooks="http://127.0.0.1:9/initial", binary=BINARY) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared: Emulator) -> Emulator:
    shared.reset()
    return shared


def names(client: ScalekitClient) -> list[str]:
    response, _ = client.organization.list_organizations(page_size=10)
    return sorted(organization.display_name for organization in response.organizations)


def program(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "scalekit-emulator"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_several_emulators_run_independently() -> None:
    with Emulator() as first, Emulator() as second:
        assert first.url != second.url
        with first.client() as client:
            client.organization.create_organization(CreateOrganization(display_name="Acme"))
            assert names(client) == ["Acme"]
        with second.client() as client:
            assert names(client) == []


def test_an_emulator_can_be_started_and_stopped_repeatedly() -> None:
    emulator = Emulator()
    emulator.stop()
    with pytest.raises(EmulatorError, match="not running"):
        _ = emulator.url
    for _ in range(2):
        assert emulator.start() is emulator
        with pytest.raises(EmulatorError, match="running already"):
            emulator.start()
        assert emulator.admin("GET", "info")["environment_url"] == emulator.url
        url = emulator.url
        emulator.stop()
        with pytest.raises(EmulatorError, match="not running"):
            emulator.admin("GET", "info")
        with pytest.raises(URLError, match="refused"):
            urlopen(url)


def test_options_are_passed_to_the_emulator(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"organizations": [{"id": "org_9", "display_name": "From a file"}]}')
    emulator = Emulator(
        lenient=True,
        auto_approve=True,
        seed=seed,
        redirect_uris=["https://app.example/callback"],
        webhooks=["http://127.0.0.1:9/one", "http://127.0.0.1:9/two"],
        client_id="skc_9",
        client_secret="a secret",
        arguments=["--host", "127.0.0.2"],
    )
    with emulator, emulator.client() as client:
        assert (emulator.client_id, emulator.client_secret) == ("skc_9", "a secret")
        assert emulator.url.startswith("http://127.0.0.2:")
        info = emulator.admin("GET", "info")
        assert (info["lenient"], info["auto_approve"]) == (True, True)
        assert [endpoint["url"][-3:] for endpoint in emulator.admin("GET", "webhooks")] == [
            "one",
            "two",
        ]
        assert names(client) == ["From a file"]
        with pytest.raises(HTTPError, match="400") as error:
            urlopen(client.get_authorization_url("https://app.example/other"))
        error.value.close()


def test_a_lenient_emulator_accepts_invalid_requests(emulator: Emulator) -> None:
    invalid = CreateOrganization(display_name="", external_id="e" * 1000)
    with emulator.client() as client, pytest.raises(ScalekitBadRequestException):
        client.organization.create_organization(invalid)
    with Emulator(lenient=True) as lenient, lenient.client() as client:
        client.organization.create_organization(invalid)


def test_a_reset_restores_the_initial_state(emulator: Emulator) -> None:
    with emulator.client() as client:
        client.organization.create_organization(CreateOrganization(display_name="Later"))
        assert names(client) == ["Acme", "Later"]
        emulator.fault("*", status=503)
        emulator.admin("POST", "webhooks", {"url": "http://127.0.0.1:9/added"})
        emulator.admin(
            "POST", "interceptors", {"url": "http://127.0.0.1:9/", "trigger_point": "PRE_SIGNUP"}
        )
        emulator.reset()
        assert emulator.requests() == []
        assert names(client) == ["Acme"]
    webhooks = [endpoint["url"] for endpoint in emulator.admin("GET", "webhooks")]
    assert webhooks == ["http://127.0.0.1:9/initial"]
    assert emulator.admin("GET", "interceptors") == []
    assert emulator.admin("GET", "faults") == []


def test_seed_returns_ids(emulator: Emulator) -> None:
    ids = emulator.seed(
        {"organizations": [{"display_name": "One"}, {"id": "org_2", "display_name": "Two"}]}
    )
    assert [id.startswith("org_") for id in ids["organizations"]] == [True, True]
    with emulator.client() as client:
        assert names(client) == ["Acme", "One", "Two"]
    with pytest.raises(EmulatorError, match="unknown field `organisations`"):
        emulator.seed({"organisations": []})


def test_faults_can_be_added_and_cleared(emulator: Emulator) -> None:
    with emulator.client(max_retries=0) as client:
        error = {"code": "NOT_FOUND", "message": "injected error"}
        fault = emulator.fault("OrganizationService.ListOrganization", error=error)
        emulator.fault("UserService.*", delay_ms=1)
        with pytest.raises(ScalekitNotFoundException, match="injected error"):
            names(client)
        emulator.clear_faults(fault)
        assert names(client) == ["Acme"]
    assert len(emulator.admin("GET", "faults")) == 1
    emulator.clear_faults()
    assert emulator.admin("GET", "faults") == []
    with pytest.raises(EmulatorError, match="unknown operation"):
        emulator.fault("UserService.Nothing", status=500)


def test_the_request_log(emulator: Emulator) -> None:
    with emulator.client() as client:
        names(client)
        with pytest.raises(ScalekitNotFoundException):
            client.organization.get_organization("org_404")
    token, listed, missing = emulator.requests()
    assert (token["operation"], token["status"]) == ("oauth.token", 200)
    assert (listed["method"], listed["path"]) == ("GET", "/api/v1/organizations")
    assert (missing["operation"], missing["status"]) == ("OrganizationService.GetOrganization", 404)
    assert emulator.requests(after=listed["number"]) == [missing]
    assert emulator.requests(operation="oauth.token", limit=1) == [token]
    assert emulator.requests(unmatched=True) == []


def test_mails(emulator: Emulator) -> None:
    with emulator.client() as client:
        client.passwordless.send_passwordless_email("ann@acme.example")
    (mail,) = emulator.mails(to="ann@acme.example")
    assert mail == emulator.mails()[0]
    assert emulator.mails(to="bob@acme.example") == []


def test_the_asyncio_client(emulator: Emulator) -> None:
    async def count() -> int:
        async with emulator.async_client(call_timeout_s=60) as client:
            return len(
                (await client.organization.list_organizations(page_size=10))[0].organizations
            )

    assert asyncio.run(count()) == 1


def test_the_system_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Emulator() as emulator:
        assert emulator.admin("GET", "info")["environment_url"] == emulator.url


def test_a_failed_start_reports_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmulatorError, match=r"nowhere\.json"):
        Emulator(seed=tmp_path / "nowhere.json").start()
    with pytest.raises(EmulatorError, match=r"stopped after 0\.1 s, before"):
        Emulator(binary=program(tmp_path, "exec sleep 60"), start_timeout_s=0.1).start()
    with pytest.raises(EmulatorError, match="cannot be started"):
        Emulator(binary=tmp_path / "missing").start()
    monkeypatch.setenv("SCALEKIT_EMULATOR_BIN", str(tmp_path / "missing"))
    with pytest.raises(
        EmulatorError,
        match=r"SCALEKIT_EMULATOR_BIN must name an executable program, not '.*missing'",
    ):
        Emulator().start()


def test_stderr_of_the_emulator_is_inherited(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wrapper = program(tmp_path, f'echo "a warning" >&2; exec "{BINARY}" "$@"')
    with Emulator(binary=wrapper):
        pass
    assert capfd.readouterr().err == "a warning\n"


def test_the_emulator_stops_when_the_test_run_is_killed(tmp_path: Path) -> None:
    # The emulator keeps the FIFO open for writing. Reading ends when the emulator stops.
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    wrapper = program(tmp_path / "bin", f'exec 3>"{fifo}"; exec "{BINARY}" "$@"')
    code = """
import os, signal, sys
from scalekit.testing import Emulator
emulator = Emulator(binary=sys.argv[1]).start()
os.kill(os.getpid(), signal.SIGKILL)
"""
    with subprocess.Popen([sys.executable, "-c", code, wrapper]) as killed:
        assert fifo.read_bytes() == b""
        assert killed.wait() == -signal.SIGKILL


def test_find_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_binary() == str(BINARY)
    monkeypatch.delenv("SCALEKIT_EMULATOR_BIN")
    monkeypatch.setenv("PATH", str(program(tmp_path, "true").parent))
    assert find_binary() == str(tmp_path / "scalekit-emulator")
    # A binary that pip installed takes precedence over PATH.
    site = tmp_path / "site"
    info = site / "scalekit_emulator-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: scalekit-emulator\nVersion: 0.1.0\n"
    )
    (info / "RECORD").write_text("../scripts/scalekit-emulator,,\n")
    monkeypatch.syspath_prepend(site)
    assert find_binary() == str(tmp_path / "scalekit-emulator")
    installed = program(tmp_path / "scripts", "true")
    assert find_binary() == str(installed)


def test_the_module_runs_the_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def module(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scalekit.emulator", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert module("--version").stdout.startswith("scalekit-emulator ")
    exit = module("run", "--", sys.executable, "-c", "raise SystemExit(7)")
    assert exit.returncode == 7
    monkeypatch.delenv("SCALEKIT_EMULATOR_BIN")
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = module("--version")
    assert missing.returncode == 1
    assert "pip install scalekit-emulator" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_the_emulator_works_without_pytest() -> None:
    code = """
import sys
sys.modules["pytest"] = None
from scalekit.testing import Emulator
with Emulator() as emulator:
    print(emulator.url)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.stdout.startswith("http://127.0.0.1:"), result.stderr


def test_the_fixtures(tmp_path: Path) -> None:
    """In a project that overrides the options of the session's emulator, with warnings as errors."""
    (tmp_path / "conftest.py").write_text(
        """
import pytest
from scalekit.testing import Emulator

pytest_plugins = ["scalekit.testing"]

@pytest.fixture(scope="session")
def scalekit_emulator_session():
    with Emulator(client_id="skc_77") as emulator:
        yield emulator
"""
    )
    shutil.copy(ROOT / "examples/test_with_emulator.py", tmp_path / "test_example.py")
    (tmp_path / "test_own.py").write_text(
        """
def test_options(scalekit_emulator, scalekit_client, scalekit_environment):
    assert scalekit_emulator.client_id == scalekit_environment["SCALEKIT_CLIENT_ID"] == "skc_77"
    assert scalekit_client.core_client.client_id == "skc_77"
"""
    )
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "8 passed" in result.stdout

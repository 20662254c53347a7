"""Runs the snippets of the README files."""

from __future__ import annotations

import inspect
import json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest
from documents import redirect, run, run_command, snippets
from programs import BINARY, ROOT
from standardwebhooks import Webhook

from scalekit import ScalekitClient
from scalekit.core import CoreClient
from scalekit.testing import Emulator

# : The headings of python/README.md whose snippets are programs, and a line that each program
# prints.
PROGRAMS = {
    "First call": r"^created org_\d+$",
    "Token check": r"^skc_\d+\nrejected: validate_token: the token is malformed.*\nNone$",
    "Errors": r"^404 RESOURCE_NOT_FOUND req_\w+$",
    "Async": r"^\d+ organizations$",
    "gevent": r"^\d+ organizations$",
    "Paging": r"^done$",
}


def run_pytest(snippet: str, folder: Path) -> str:
    (folder / "test_snippet.py").write_text(snippet)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    return run(command, {"SCALEKIT_EMULATOR_BIN": str(BINARY)}, folder)


@pytest.fixture
def module(
    request: pytest.FixtureRequest, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The functions of a snippet of python/README.md, with a client of the emulator."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    module = ModuleType("snippet")
    exec(snippets("python/README.md", "python")[request.param], vars(module))
    return module


@pytest.mark.parametrize("file", ["README.md", "python/README.md"])
def test_the_first_call_runs_with_its_command(file: str, tmp_path: Path) -> None:
    heading = "Python" if file == "README.md" else "First call"
    (tmp_path / "first_call.py").write_text(snippets(file, "python")[heading])
    command = snippets(file, "sh")[heading]
    assert command == "scalekit-emulator run -- python first_call.py\n"
    assert re.match(r"created org_\d+\n", run_command(command, tmp_path))


def test_all_snippets_of_the_python_readme_are_tested() -> None:
    headings = {*PROGRAMS, "Login", "Webhook", "Agents", "Testing"}
    assert snippets("python/README.md", "python").keys() == headings


@pytest.mark.parametrize(("heading", "expected"), PROGRAMS.items())
def test_python_programs(heading: str, expected: str, emulator: Emulator) -> None:
    program = snippets("python/README.md", "python")[heading]
    output = run([sys.executable, "-W", "error", "-c", program], emulator.environment)
    assert re.search(expected, output, re.M), output


def test_the_python_options_have_these_defaults() -> None:
    text = (ROOT / "python/README.md").read_text()
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| ([^|]+) \|$", text.split("## Options")[1].split("##")[0], re.M
    )
    parameters = list(inspect.signature(CoreClient).parameters.values())[3:]
    assert [name for name, _ in sorted(rows)] == sorted(parameter.name for parameter in parameters)
    defaults = {parameter.name: parameter.default for parameter in parameters}
    for name, shown in rows:
        if shown.strip("`") != str(defaults[name]):
            assert defaults[name] is None, name


def test_the_docstring_of_the_client_states_the_defaults() -> None:
    text = inspect.getdoc(ScalekitClient) or ""
    entries = dict(re.findall(r"^    (\w+): (.*?)(?=\n    \w+: |\n\n)", text, re.M | re.S))
    for name, parameter in inspect.signature(CoreClient).parameters.items():
        if type(parameter.default) in (int, float):
            assert re.search(rf"default\s+{parameter.default}\.", entries[name]), name


@pytest.mark.parametrize("file", ["python/README.md", "docs/migration-python.md"])
def test_the_python_methods_exist(file: str) -> None:
    client = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
    for service, method in re.findall(r"\bclient\.(\w+)\b(?:\.(\w+))?", (ROOT / file).read_text()):
        assert hasattr(client, service), f"client.{service}"
        if method:
            assert hasattr(getattr(client, service), method), f"client.{service}.{method}"


@pytest.mark.parametrize("module", ["Login"], indirect=True)
def test_python_login(module: ModuleType, emulator: Emulator) -> None:
    emulator.seed({"organizations": [{"id": "org_1", "display_name": "Acme"}]})
    session: dict[str, str] = {}
    parameters = parse_qs(urlsplit(redirect(module.login(session))).query)
    code, state = parameters["code"][0], parameters["state"][0]
    with pytest.raises(PermissionError):
        module.callback(dict(session), code, "the state of another browser")
    assert "@" in module.callback(session, code, state)
    assert redirect(module.logout(session)) == "http://localhost:3000/"
    assert session.keys() == {"access_token"}


@pytest.mark.parametrize("module", ["Agents"], indirect=True)
def test_python_agents(module: ModuleType, emulator: Emulator) -> None:
    emulator.seed({"connections": [{"key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH"}]})
    url = redirect(module.connect("ada", "state-of-the-cookie"))
    assert url.startswith(module.VERIFY_URL)
    parameters = parse_qs(urlsplit(url).query)
    assert parameters["state"] == ["state-of-the-cookie"]
    assert module.connected("ada", parameters["auth_request_id"][0]).startswith("http")
    result = module.fetch_mails("ada", "is:unread")
    assert result["params"] == {"query": "is:unread", "max_results": 5}

    details = {
        "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
        "error_code": "TOOL_ERROR",
        "tool_error_info": {"execution_id": "exec_1", "tool_error_code": "invalid_grant"},
    }
    body = {"code": 16, "message": "the token was revoked", "details": [details]}
    fault = emulator.fault("ToolService.ExecuteTool", status=401, json=body)
    assert module.fetch_mails("ada", "is:unread")["authorize"].startswith(emulator.url)
    emulator.clear_faults(fault)
    path = "/gmail/v1/users/me/labels"
    script = {"path": path, "json": {"labels": ["INBOX"]}}
    emulator.admin("POST", "proxy-responses", script)
    assert module.labels("ada") == ["INBOX"]


@pytest.mark.parametrize("module", ["Webhook"], indirect=True)
def test_python_webhook(module: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    secret, body = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=", '{"type": "user.created"}'
    now = datetime.now(timezone.utc)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }
    assert module.webhook(secret, headers, body.encode()) == 204
    assert module.webhook(secret, headers, body.encode() + b" ") == 400
    assert capsys.readouterr().out == "user.created\nrejected: Invalid signature\n"


def test_python_tests(tmp_path: Path) -> None:
    assert "2 passed" in run_pytest(snippets("python/README.md", "python")["Testing"], tmp_path)


def test_the_rust_snippet_is_the_example(emulator: Emulator) -> None:
    snippet = snippets("README.md", "rust")["Rust"]
    assert (ROOT / "examples/readme.rs").read_text().endswith(f"\n\n{snippet}")
    program = str(ROOT / "target/debug/examples/readme")
    assert "created org_" in run([program], emulator.environment)


def test_the_pytest_snippet_of_the_emulator(tmp_path: Path) -> None:
    (snippet,) = snippets("emulator/README.md", "python").values()
    assert "2 passed" in run_pytest(snippet, tmp_path)


def test_the_rust_snippet_of_the_emulator_is_in_the_crate_documentation() -> None:
    (snippet,) = snippets("emulator/README.md", "rust").values()
    documentation = (ROOT / "emulator/src/lib.rs").read_text()
    assert "".join(f"//! {line}\n" for line in snippet.splitlines()) in documentation


def test_the_options_of_the_emulator_are_listed() -> None:
    (table,) = re.findall(
        r"^\| option \|.*?\n\n", (ROOT / "emulator/README.md").read_text(), re.S | re.M
    )
    listed = set(
        re.findall(
            r"`(--[\w-]+)", " ".join(row.split("|")[1] for row in table.strip().splitlines())
        )
    )
    text = run([str(BINARY), "--help"], {})
    assert listed == {*re.findall(r"--[\w-]+(?=[ \n])", text)} - {"--help", "--version"}


def test_the_admin_requests_of_the_emulator_are_accepted() -> None:
    page = (ROOT / "emulator/README.md").read_text()
    requests = re.findall(r"_emulator/([\w-]+)\" \\\n  -d '(.*)'$", page, re.M)
    requests += [
        ("webhooks", webhook) for webhook in re.findall(r"^```json\n(.*?)^```$", page, re.S | re.M)
    ]
    paths = ["faults", "tool-responses", "proxy-responses", "interceptors", "webhooks"]
    assert [path for path, _ in requests] == paths
    with Emulator(binary=BINARY) as emulator:
        for path, body in requests:
            expected = json.loads(body)
            created = emulator.admin("POST", path, expected)
            assert {name: created[name] for name in expected} == expected

"""Runs the snippets of docs/emulator.md."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from programs import BINARY, ROOT

GUIDE = "docs/emulator.md"
SNIPPETS = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / GUIDE).read_text(), re.S | re.M)


def snippets(language: str) -> list[str]:
    return [text for snippet_language, text in SNIPPETS if snippet_language == language]


COMMANDS = [
    text for text in snippets("sh") if re.match(r"scalekit-emulator (run|import|export) ", text)
]
SERVERS = [text for text in snippets("sh") if text not in COMMANDS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working directory of the commands, with the emulator binary and the guide's JSON file."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "scalekit-emulator").symlink_to(BINARY)
    (people,) = snippets("json")
    (tmp_path / "people.json").write_text(people)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    # The directory of this interpreter also contains `python`, which the snippets run.
    path = [str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(path), "SCALEKIT_EMULATOR_BIN": str(BINARY)}


def test_all_snippets_are_tested() -> None:
    assert {language for language, _ in SNIPPETS} == {"sh", "json", "python", "rust"}
    assert len(COMMANDS) + len(SERVERS) == len(snippets("sh"))


@pytest.mark.parametrize("snippet", COMMANDS)
def test_commands_succeed(snippet: str, folder: Path) -> None:
    command = ["bash", "-euc", snippet]
    result = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    if "--seed people.json" in snippet:
        assert result.stdout == "ada@acme.com admin\n"
    if "export copy.json" in snippet:
        copy = json.loads((folder / "copy.json").read_text())
        assert [user["email"] for user in copy["users"]] == ["ada@acme.com"]


@pytest.mark.parametrize("snippet", SERVERS)
def test_emulators_start(snippet: str, folder: Path) -> None:
    command = ["bash", "-euc", f"exec {snippet}"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert all(line.startswith("export SCALEKIT_") for line in lines)
    assert (folder / "state.redb").exists() == ("--data state.redb" in snippet)


def test_python_snippets(tmp_path: Path) -> None:
    modules = snippets("python")
    (plugins,) = [text for text in modules if text.startswith("pytest_plugins")]
    modules.remove(plugins)
    (tmp_path / "conftest.py").write_text(plugins)
    for number, text in enumerate(modules):
        (tmp_path / f"test_snippet_{number}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    variables = {**os.environ, "SCALEKIT_EMULATOR_BIN": str(BINARY)}
    result = subprocess.run(
        command, env=variables, capture_output=True, text=True, timeout=300, cwd=tmp_path
    )
    assert result.returncode == 0, result.stdout + result.stderr
    tests = sum(len(re.findall(r"^def test_", text, re.M)) for text in modules)
    # One of the tests is parametrized and runs twice.
    assert f"{tests + 1} passed" in result.stdout


def test_the_rust_snippet_is_the_tested_example() -> None:
    (snippet,) = snippets("rust")
    assert (ROOT / "examples/test_with_emulator.rs").read_text().endswith(f"\n\n{snippet}")

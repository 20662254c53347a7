"""Runs the snippets of the READMEs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import BINARY, ROOT, Emulator


def snippets(language: str, file: str = "README.md") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / file).read_text(), re.S | re.M)


def run(command: list[str | Path], emulator: Emulator) -> str:
    environment = {**os.environ, **emulator.environment}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(("index", "expected"), [(0, "404"), (1, " organizations")])
def test_python_snippets(index: int, expected: str, emulator: Emulator) -> None:
    assert len(snippets("python")) == 2
    assert expected in run([sys.executable, "-c", snippets("python")[index]], emulator)


def test_rust_snippet_is_the_example(emulator: Emulator) -> None:
    (snippet,) = snippets("rust")
    assert (ROOT / "examples/readme.rs").read_text().endswith(f"\n\n{snippet}")
    command = [
        "cargo",
        "run",
        "-q",
        "-p",
        "scalekit-conformance",
        "--example",
        "readme",
    ]
    assert "created org_" in run(list(command), emulator)


def test_pytest_snippet(tmp_path: Path) -> None:
    (snippet,) = snippets("python", "emulator/README.md")
    (tmp_path / "test_snippet.py").write_text(snippet)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    environment = {**os.environ, "SCALEKIT_EMULATOR_BIN": str(BINARY)}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, cwd=tmp_path
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout


def test_rust_helper_snippet_is_in_the_crate_documentation() -> None:
    (snippet,) = snippets("rust", "emulator/README.md")
    documentation = (ROOT / "emulator/src/lib.rs").read_text()
    assert "".join(f"//! {line}\n" for line in snippet.splitlines()) in documentation


def test_emulator_snippet() -> None:
    snippet = next(text for text in snippets("sh") if "scalekit-emulator run" in text)
    command = shlex.split(snippet)
    command[0] = str(BINARY)
    command[command.index("python")] = sys.executable
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "http://127.0.0.1:" in result.stdout

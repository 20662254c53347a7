"""Runs the snippets of docs/observability.md. The Rust snippet is a doctest of the core."""

from __future__ import annotations

import subprocess
import sys

import pytest
from documents import snippets
from programs import ROOT

from scalekit.testing import Emulator

GUIDE = "docs/observability.md"
OPERATION = "OrganizationService.ListOrganization"
# The headings of the snippets, and a text that each program prints.
PROGRAMS = {
    "Log in Python": f"scalekit {OPERATION} attempt 1: 200 in ",
    "OpenTelemetry in Python": f'"rpc.method": "{OPERATION}"',
    "Other metrics in Python": f"{OPERATION} 200 1 0.",
}


@pytest.mark.parametrize(("heading", "expected"), PROGRAMS.items())
def test_python_programs(heading: str, expected: str, emulator: Emulator) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippets(GUIDE, "python")[heading]],
        env=emulator.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert expected in result.stdout + result.stderr


def test_all_python_snippets_are_tested() -> None:
    assert snippets(GUIDE, "python").keys() == PROGRAMS.keys()


def test_the_rust_snippet_is_a_doctest() -> None:
    (snippet,) = snippets(GUIDE, "rust").values()
    module = (ROOT / "core/src/observe/mod.rs").read_text()
    doctest = [f"//! {line}".rstrip() for line in snippet.splitlines()]
    assert "//! ```\n" + "\n".join(doctest) + "\n" in module

"""Runs the programs of docs/*.md: the Python snippets that are followed by their output."""

from __future__ import annotations

import re
import sys

import pytest
from documents import run
from programs import BINARY, ROOT

PROGRAM = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.S | re.M)


def programs() -> list[object]:
    """Returns each program with its expected output."""
    found: list[object] = []
    for page in sorted((ROOT / "docs").glob("*.md")):
        for number, (program, output) in enumerate(PROGRAM.findall(page.read_text()), 1):
            found.append(pytest.param(program, output, id=f"{page.stem}-{number}"))
    return found


@pytest.mark.parametrize(("program", "output"), programs())
def test_the_program_prints_its_output(program: str, output: str) -> None:
    command = [str(BINARY), "run", "--seed", "demo", "--auto-approve", "--"]
    command += [sys.executable, "-W", "error", "-c", program]
    printed = run(command, {"SCALEKIT_EMULATOR_BIN": str(BINARY)})
    # In a page, `…` stands for a text that changes.
    expected = re.escape(output).replace("…", ".+")
    assert re.fullmatch(expected, printed), printed

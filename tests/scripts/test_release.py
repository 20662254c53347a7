"""`scripts/check-release` and `scripts/publish`: what they reject before they do anything."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (["check-release", "0.1.0"], 1, 'a tag is v and a version, got "0.1.0"'),
        (["check-release", "v9.9.9"], 1, "the tag is v9.9.9, but the version is"),
        (["publish", "--dry-run", "pypi"], 2, "REGISTRY   npm, crates, or github"),
        (["release", "--fast", "0.2.0"], 2, "unknown option --fast"),
        (["build-artifact", "wheels", "x86_64-unknown-linux-gnu"], 2, "KIND     wheel"),
        (["smoke", "ruby"], 2, "unknown language ruby"),
        (["smoke-root", "x86_64-apple-darwin", "node"], 2, "not a Linux target"),
        (["smoke-root", "aarch64-unknown-linux-musl", "python"], 2, "no root with python"),
    ],
)
def test_rejects(command, status, message):
    script, *arguments = command
    result = subprocess.run(
        [ROOT / "scripts" / script, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == status
    assert message in result.stderr

"""`scripts/semver.py`: the lowest version that the changes of the public APIs allow."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/semver.py"
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "tag.gpgSign=false"]


def release(folder: pathlib.Path, tag: str, api: str) -> None:
    """Commits a list of the API, and tags it."""
    (folder / "core").mkdir(exist_ok=True)
    (folder / "core/public-api.txt").write_text(api)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", tag], ["tag", tag]):
        subprocess.run([*GIT, *arguments], cwd=folder, check=True)


def semver(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the script."""
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("old", "api", "version", "accepted"),
    [
        ("v0.1.0", "one\ntwo\n", "0.1.1", True),
        ("v0.1.0", "one\ntwo\nthree\n", "0.1.1", True),
        ("v0.1.0", "one\n", "0.1.1", False),
        ("v0.1.0", "one\n", "0.2.0", True),
        ("v0.1.0", "one\ntwo\n", "0.1.0", True),
        ("v1.2.3", "one\ntwo\nthree\n", "1.2.4", False),
        ("v1.2.3", "one\ntwo\nthree\n", "1.3.0", True),
        ("v1.2.3", "one\nchanged\n", "1.3.0", False),
        ("v1.2.3", "one\nchanged\n", "2.0.0", True),
    ],
)
def test_lowest_version(tmp_path, old, api, version, accepted):
    release(tmp_path, old, "one\ntwo\n")
    (tmp_path / "core/public-api.txt").write_text(api)
    result = semver(tmp_path, version)
    assert (result.returncode == 0) is accepted, result.stdout + result.stderr


def test_the_newest_release_is_the_base(tmp_path):
    release(tmp_path, "v0.9.0", "one\n")
    release(tmp_path, "v0.10.0", "one\ntwo\n")
    release(tmp_path, "v0.11.0-rc.1", "one\ntwo\nthree\n")
    (tmp_path / "core/public-api.txt").write_text("one\n")
    result = semver(tmp_path)
    assert result.stdout == ("semver: 1 lines were removed or changed since v0.10.0\n  core: two\n")


def test_reviewed_changes_are_compatible(tmp_path):
    release(tmp_path, "v1.0.0", "def get(id)\n")
    (tmp_path / "core/public-api.txt").write_text("def get(id, limit=None)\n")
    assert semver(tmp_path, "1.1.0").returncode == 1
    assert semver(tmp_path, "1.1.0", "--reviewed").returncode == 0


def test_there_is_no_release(tmp_path):
    subprocess.run([*GIT, "init", "-q"], cwd=tmp_path, check=True)
    result = semver(tmp_path, "0.1.0")
    assert result.returncode == 0
    assert "no release" in result.stdout

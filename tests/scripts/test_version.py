"""`scripts/version.py`: the one version of all packages."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path):
    """A copy of the files with a version. Its `notices.py` does nothing: it needs all crates."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/version.py", tmp_path / "scripts")
    (tmp_path / "scripts/notices.py").write_text("")
    for name in places():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def places() -> list[str]:
    """Returns the names of the files with a version."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import version
    finally:
        sys.path.pop(0)
    return [name for name, _, _ in version.PLACES]


def run(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the script of a checkout."""
    command = [sys.executable, str(folder / "scripts/version.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_this_checkout_has_one_version():
    result = run(ROOT, "--check")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("version", ["0.2.0", "1.10.0-rc.1"])
def test_writes_the_version_to_all_files(checkout, version):
    result = run(checkout, version)
    assert result.returncode == 0, result.stderr
    assert run(checkout).stdout == f"{version}\n"
    assert run(checkout, "--check").returncode == 0
    for name in places():
        assert version in (checkout / name).read_text(), name


def test_finds_another_version(checkout):
    manifest = checkout / "node/package.json"
    manifest.write_text(manifest.read_text().replace('"version": "', '"version": "9.'))
    result = run(checkout, "--check")
    assert result.returncode == 1
    assert "node/package.json has ['9." in result.stderr


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "1.2.3.4", "", "1.2.3-dev"])
def test_rejects_an_invalid_version(checkout, version):
    result = run(checkout, version)
    assert result.returncode == 1
    assert "is not a version" in result.stderr
    assert run(checkout, "--check").returncode == 0

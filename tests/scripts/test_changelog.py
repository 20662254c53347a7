"""`scripts/changelog.py`: the section of a release."""

from __future__ import annotations

import datetime
import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/changelog.py"
OLD = "\n## [0.1.0] - 2026-01-31\n\n### Added\n\n- One.\n"


def changelog(folder: pathlib.Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the script with a changelog."""
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n{text}")
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_prints_the_section(tmp_path):
    new = "\n## [0.2.0] - 2026-02-28\n\n### Fixed\n\n- Two.\n"
    result = changelog(tmp_path, new + OLD, "0.2.0")
    assert result.stdout == "### Fixed\n\n- Two.\n", result.stderr


@pytest.mark.parametrize("heading", ["[Unreleased]", "[0.2.0] - Unreleased"])
def test_releases_the_unreleased_section(tmp_path, heading):
    result = changelog(
        tmp_path, f"\n## {heading}\n\n### Fixed\n\n- Two.\n{OLD}", "0.2.0", "--release"
    )
    assert result.returncode == 0, result.stderr
    today = datetime.datetime.now(tz=datetime.timezone.utc).date()
    assert f"## [0.2.0] - {today}\n" in (tmp_path / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("", ["0.2.0"], "has no sections"),
        (OLD, ["0.2.0"], "expected [0.2.0]"),
        (OLD, ["0.2.0", "--release"], "add a section [Unreleased]"),
        ("\n## [0.2.0] - Unreleased\n\n- Two.\n", ["0.2.0"], "has no date"),
        ("\n## [0.2.0]\n\n- Two.\n", ["0.2.0"], "has no date"),
        (f"\n## [0.2.0] - 2026-02-28\n{OLD}", ["0.2.0"], "is empty"),
        ("\n## [0.2.0] - 2026-02-28\n\n### News\n\n- Two.\n", ["0.2.0"], "unknown groups: News"),
    ],
)
def test_rejects(tmp_path, text, arguments, message):
    result = changelog(tmp_path, text, *arguments)
    assert result.returncode == 1
    assert message in result.stderr

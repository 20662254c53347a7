"""The snippets of documents."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from programs import BINARY, ROOT


def snippets(file: str, language: str) -> dict[str, str]:
    """Returns the snippets of a language by the heading that they follow."""
    found: dict[str, str] = {}
    for section in re.split(r"^##+ ", (ROOT / file).read_text(), flags=re.M)[1:]:
        heading, text = section.split("\n", 1)
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.S | re.M)
        assert len(blocks) <= 1, f"{file}: {heading} has several {language} snippets"
        if blocks:
            found[heading] = blocks[0]
    return found


def run(command: list[str], environment: dict[str, str], folder: Path = ROOT) -> str:
    result = subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def run_command(snippet: str, folder: Path) -> str:
    """Runs a shell snippet that uses the names `scalekit-emulator` and `python`."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "scalekit-emulator").symlink_to(BINARY)
    # The directory of this interpreter contains `python`.
    path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
    return run(["bash", "-euc", snippet], {"PATH": os.pathsep.join(path)}, folder)


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def redirect(url: str) -> str:
    """Returns the URL that a page redirects to."""
    with pytest.raises(HTTPError) as error:
        build_opener(NoRedirect).open(url)
    with error.value as response:
        return str(response.headers["location"])

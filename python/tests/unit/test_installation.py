"""Tests installations that contain both SDKs: the import fails with the commands that repair them.

A wheel with a few files of the same names takes the place of `scalekit-sdk-python`.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

OTHER_SDK_INIT = b"from .client import ScalekitClient\n"
OTHER_SDK_FILES = {
    "scalekit/__init__.py": OTHER_SDK_INIT,
    "scalekit/client.py": b"class ScalekitClient:\n    other = True\n",
    "scalekit/core.py": b"",
    "scalekit/common/__init__.py": b"",
    "scalekit/common/exceptions.py": b"",
    "scalekit/actions/__init__.py": b"import no_such_module\n",
    "scalekit/v1/organizations/organizations_pb2_grpc.py": b"",
}


def wheel(folder: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Builds a wheel of pure Python files."""
    folder_name = f"{name.replace('-', '_')}-1.0"
    about = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        "WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    content = {**files, **{f"{folder_name}.dist-info/{file}": text for file, text in about.items()}}
    record = ""
    for file, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        record += f"{file},sha256={digest},{len(text)}\n"
    content[f"{folder_name}.dist-info/RECORD"] = (
        f"{record}{folder_name}.dist-info/RECORD,,\n".encode()
    )
    path = folder / f"{folder_name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in content.items():
            archive.writestr(file, text)
    return path


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels of both distributions. The one of this SDK has no native module."""
    folder = tmp_path_factory.mktemp("wheels")
    files = {
        str(file): Path(str(file.locate())).read_bytes()
        for file in importlib.metadata.files("scalekit-client") or []
        if str(file).startswith("scalekit/") and file.suffix in (".py", ".pyi")
    }
    assert "scalekit/aio.py" in files
    wheel(folder, "scalekit-client", files)
    wheel(folder, "scalekit-sdk-python", OTHER_SDK_FILES)
    return folder


class Environment:
    """A virtual environment without pip."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        venv.create(folder, symlinks=os.name != "nt")
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.wheels = wheels

    def install(self, *names: str) -> None:
        """Unpacks wheels one after the other. Existing files are overwritten, as installers do."""
        site = self.output("import sysconfig; print(sysconfig.get_paths()['purelib'])")
        for name in names:
            with zipfile.ZipFile(
                self.wheels / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
            ) as archive:
                archive.extractall(site)

    def pip(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "-q", *arguments]
        links = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_NO_CACHE_DIR": "1"}
        done = subprocess.run(command, env={**os.environ, **links}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def follow(self, commands: str) -> None:
        """Runs the commands of an error message."""
        for command in commands.split(" && "):
            program, *arguments = command.split()
            assert program == "pip"
            self.pip(*arguments)

    def output(self, code: str) -> str:
        """Runs code that must succeed, and returns its output."""
        done = self.run(code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def error(self, code: str) -> str:
        """Runs code that must fail, and returns the exception without its traceback."""
        done = self.run(code)
        assert done.returncode == 1
        return re.sub(r"\A.*^(?=\w*Error: )", "", done.stderr, flags=re.S | re.M)

    def run(self, code: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-c", code]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.python.parent)


@pytest.fixture
def environment(tmp_path: Path, wheels: Path) -> Environment:
    return Environment(tmp_path / "venv", wheels)


def commands(message: str, distribution: str) -> str:
    (found,) = re.findall(rf"^To keep {distribution}: (.*)$", message, re.M)
    return str(found)


def check_message(message: str) -> None:
    assert message.startswith(
        "ImportError: scalekit-client and scalekit-sdk-python are both installed in "
    )
    assert "site-packages" in message
    assert commands(message, "scalekit-client").startswith(
        "pip uninstall -y scalekit-sdk-python && "
    )
    assert commands(message, "scalekit-sdk-python").startswith(
        "pip uninstall -y scalekit-client && "
    )


THIS_SDK = "import scalekit; print(scalekit.AuthorizationUrlOptions(state='x'))"
OTHER_SDK = "import scalekit; print(scalekit.ScalekitClient.other)"


def test_importing_this_sdk_fails_if_it_was_installed_later(environment: Environment) -> None:
    environment.install("scalekit-sdk-python", "scalekit-client")
    for line in (
        "import scalekit",
        "from scalekit import ScalekitClient",
        "import scalekit.actions",
    ):
        check_message(environment.error(line))
    environment.follow(commands(environment.error("import scalekit"), "scalekit-client"))
    assert environment.output(THIS_SDK) == "AuthorizationUrlOptions(state='x')"


def test_modules_of_this_sdk_fail_if_the_other_sdk_was_installed_later(
    environment: Environment,
) -> None:
    environment.install("scalekit-client", "scalekit-sdk-python")
    # This loads no module of this SDK.
    assert environment.output(OTHER_SDK) == "True"
    for line in ("from scalekit.aio import AsyncScalekitClient", "import scalekit.testing"):
        check_message(environment.error(line))
    environment.follow(commands(environment.error("import scalekit.aio"), "scalekit-sdk-python"))
    assert environment.output(OTHER_SDK) == "True"
    assert environment.error("import scalekit.aio").startswith("ModuleNotFoundError")


def test_files_that_an_uninstallation_deleted_are_reported(environment: Environment) -> None:
    environment.install("scalekit-client", "scalekit-sdk-python")
    environment.pip("uninstall", "-y", "scalekit-sdk-python")
    message = environment.error("import scalekit.aio")
    assert message.startswith("ImportError: files of scalekit-client are missing in ")
    (command,) = re.findall(r"^To restore them: (.*)$", message, re.M)
    environment.follow(command)
    assert environment.output(THIS_SDK) == "AuthorizationUrlOptions(state='x')"


def test_this_sdk_alone_can_be_imported(environment: Environment) -> None:
    environment.install("scalekit-client")
    code = f"{THIS_SDK}; import scalekit._runtime.installation"
    assert environment.output(code) == "AuthorizationUrlOptions(state='x')"


def test_this_sdk_can_be_imported_from_an_archive(environment: Environment) -> None:
    archive = str(environment.wheels / "scalekit_client-1.0-py3-none-any.whl")
    code = f"import sys; sys.path.insert(0, {archive!r}); {THIS_SDK}; import scalekit._runtime.installation"
    assert environment.output(code) == "AuthorizationUrlOptions(state='x')"

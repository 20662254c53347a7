"""Both SDKs in one environment: the import of this package says so and names the commands that help.

`scalekit-sdk-python` is played by a distribution of that name that has a few of its files.
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

OTHER_INIT = b"from .client import ScalekitClient\n"
OTHER = {
    "scalekit/__init__.py": OTHER_INIT,
    "scalekit/client.py": b"class ScalekitClient:\n    other = True\n",
    "scalekit/core.py": b"",
    "scalekit/common/__init__.py": b"",
    "scalekit/common/exceptions.py": b"",
    "scalekit/actions/__init__.py": b"import no_such_module\n",
    "scalekit/v1/organizations/organizations_pb2_grpc.py": b"",
}


def wheel(folder: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Build a wheel of pure Python files."""
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
    content[f"{folder_name}.dist-info/RECORD"] = f"{record}{folder_name}.dist-info/RECORD,,\n".encode()
    path = folder / f"{folder_name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in content.items():
            archive.writestr(file, text)
    return path


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels of both distributions; this one's is without the native module."""
    folder = tmp_path_factory.mktemp("wheels")
    own = {
        str(file): Path(str(file.locate())).read_bytes()
        for file in importlib.metadata.files("scalekit-client") or []
        if str(file).startswith("scalekit/") and file.suffix in (".py", ".pyi")
    }
    assert "scalekit/aio.py" in own
    wheel(folder, "scalekit-client", own)
    wheel(folder, "scalekit-sdk-python", OTHER)
    return folder


class Environment:
    """A virtual environment without pip."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        venv.create(folder, symlinks=os.name != "nt")
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.wheels = wheels

    def install(self, *names: str) -> None:
        """Install wheels one after the other, as installers do: unpack them, over what is there."""
        site = self.output("import sysconfig; print(sysconfig.get_paths()['purelib'])")
        for name in names:
            with zipfile.ZipFile(self.wheels / f"{name.replace('-', '_')}-1.0-py3-none-any.whl") as archive:
                archive.extractall(site)

    def pip(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "-q", *arguments]
        links = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_NO_CACHE_DIR": "1"}
        done = subprocess.run(command, env={**os.environ, **links}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def follow(self, commands: str) -> None:
        """Run the commands of a message."""
        for command in commands.split(" && "):
            program, *arguments = command.split()
            assert program == "pip"
            self.pip(*arguments)

    def output(self, code: str) -> str:
        """The output of code that succeeds."""
        done = self.run(code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def error(self, code: str) -> str:
        """The exception of code that fails, without its traceback."""
        done = self.run(code)
        assert done.returncode == 1
        return re.sub(r"\A.*^(?=\w*Error: )", "", done.stderr, flags=re.S | re.M)

    def run(self, code: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-c", code]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.python.parent)


@pytest.fixture
def environment(tmp_path: Path, wheels: Path) -> Environment:
    return Environment(tmp_path / "venv", wheels)


def commands(message: str, kept: str) -> str:
    (found,) = re.findall(rf"^To keep {kept}: (.*)$", message, re.M)
    return str(found)


def check_message(message: str) -> None:
    assert message.startswith("ImportError: scalekit-client and scalekit-sdk-python are both installed in ")
    assert "site-packages" in message
    assert commands(message, "scalekit-client").startswith("pip uninstall -y scalekit-sdk-python && ")
    assert commands(message, "scalekit-sdk-python").startswith("pip uninstall -y scalekit-client && ")


OWN = "import scalekit; print(scalekit.AuthorizationUrlOptions(state='x'))"
OTHERS = "import scalekit; print(scalekit.ScalekitClient.other)"


def test_this_sdk_last_says_so_at_its_import(environment: Environment) -> None:
    environment.install("scalekit-sdk-python", "scalekit-client")
    for line in ("import scalekit", "from scalekit import ScalekitClient", "import scalekit.actions"):
        check_message(environment.error(line))
    environment.follow(commands(environment.error("import scalekit"), "scalekit-client"))
    assert environment.output(OWN) == "AuthorizationUrlOptions(state='x')"


def test_the_other_sdk_last_is_what_modules_of_this_one_say(environment: Environment) -> None:
    environment.install("scalekit-client", "scalekit-sdk-python")
    # No module of this package is loaded here.
    assert environment.output(OTHERS) == "True"
    for line in ("from scalekit.aio import AsyncScalekitClient", "import scalekit.testing"):
        check_message(environment.error(line))
    environment.follow(commands(environment.error("import scalekit.aio"), "scalekit-sdk-python"))
    assert environment.output(OTHERS) == "True"
    assert environment.error("import scalekit.aio").startswith("ModuleNotFoundError")


def test_files_that_an_uninstallation_deleted_are_reported(environment: Environment) -> None:
    environment.install("scalekit-client", "scalekit-sdk-python")
    environment.pip("uninstall", "-y", "scalekit-sdk-python")
    message = environment.error("import scalekit.aio")
    assert message.startswith("ImportError: files of scalekit-client are missing in ")
    (command,) = re.findall(r"^To restore them: (.*)$", message, re.M)
    environment.follow(command)
    assert environment.output(OWN) == "AuthorizationUrlOptions(state='x')"


def test_one_sdk_alone_is_not_in_the_way(environment: Environment) -> None:
    environment.install("scalekit-client")
    code = f"{OWN}; import scalekit._runtime.installation"
    assert environment.output(code) == "AuthorizationUrlOptions(state='x')"


def test_an_application_in_an_archive_has_no_folder_to_look_into(environment: Environment) -> None:
    archive = str(environment.wheels / "scalekit_client-1.0-py3-none-any.whl")
    code = f"import sys; sys.path.insert(0, {archive!r}); {OWN}; import scalekit._runtime.installation"
    assert environment.output(code) == "AuthorizationUrlOptions(state='x')"

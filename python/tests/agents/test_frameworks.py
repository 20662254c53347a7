"""The imports of adapters: lazy, and with errors that name the package."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from scalekit.actions.frameworks._loading import REQUIRED

ADAPTERS = pytest.mark.parametrize(
    ("attribute", "adapter", "module"),
    [("langchain", "langchain", "langchain_core"), ("google", "google_adk", "google/adk")],
)


def error_of(attribute: str, site: Path | None) -> list[str]:
    """Returns the error of an attribute, and of its cause.

    The folder `site` comes before the installed packages. Without it, no framework can be found.
    """
    code = f"""
import sys
from importlib import metadata
if {site is None}:
    class Hidden:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] == "langchain_core" or name.startswith("google.adk"):
                raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
    sys.meta_path.insert(0, Hidden())
    version = metadata.version
    def missing(name):
        if name in ("langchain-core", "google-adk"):
            raise metadata.PackageNotFoundError(name)
        return version(name)
    metadata.version = missing
else:
    sys.path.insert(0, {str(site)!r})
    import google
    google.__path__ = [{str(site)!r} + "/google", *google.__path__]
import scalekit
actions = scalekit.ScalekitClient("https://acme.scalekit.com", "skc_1", "secret").actions
for _ in range(2):
    try:
        actions.{attribute}
    except ImportError as error:
        print(error)
        print(type(error.__cause__).__name__)
"""
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = output.splitlines()
    # The error is the same at each use.
    assert lines[:2] == lines[2:]
    return lines[:2]


def installation(site: Path, adapter: str, module: str, version: str, code: str) -> Path:
    """Writes a package that raises an exception when it is imported."""
    distribution = REQUIRED[adapter][0]
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    )
    (site / module).mkdir(parents=True)
    (site / module / "__init__.py").write_text(code)
    return site


@ADAPTERS
def test_a_missing_package_is_named_with_the_extra(
    attribute: str, adapter: str, module: str
) -> None:
    distribution, _, extra = REQUIRED[adapter]
    expected = f'{distribution} is not installed: pip install "scalekit-client[{extra}]"'
    assert error_of(attribute, None) == [expected, "ModuleNotFoundError"]


@ADAPTERS
def test_a_broken_package_is_the_cause(
    attribute: str, adapter: str, module: str, tmp_path: Path
) -> None:
    distribution = REQUIRED[adapter][0]
    site = installation(tmp_path, adapter, module, "99.0", "raise RuntimeError('no file')")
    expected = f"{distribution} 99.0 cannot be imported: no file"
    assert error_of(attribute, site) == [expected, "RuntimeError"]


@ADAPTERS
def test_an_old_package_is_reported(
    attribute: str, adapter: str, module: str, tmp_path: Path
) -> None:
    distribution, lowest, extra = REQUIRED[adapter]
    site = installation(tmp_path, adapter, module, "0.2.99", "")
    expected = (
        f"{distribution} 0.2.99 is too old; client.actions needs {lowest} or newer: "
        f'pip install "scalekit-client[{extra}]"'
    )
    assert error_of(attribute, site) == [expected, "NoneType"]


def test_the_extras_require_the_lowest_versions() -> None:
    required = metadata.requires("scalekit-client") or []
    extras = {
        f"{distribution}>={lowest} ; extra == '{extra}'"
        for distribution, lowest, extra in REQUIRED.values()
    }
    lines = {re.sub(r"\s*;\s*", " ; ", line) for line in required}
    assert extras <= lines
    assert {line for line in lines if "extra" not in line} == {"protobuf>=4.25"}


def test_the_formats_of_models_load_no_package() -> None:
    code = """
import sys
import scalekit
actions = scalekit.ScalekitClient("https://acme.scalekit.com", "skc_1", "secret").actions
actions.openai, actions.openai_responses, actions.anthropic
print([name for name in sys.modules if name in ("openai", "anthropic", "langchain_core", "mcp")])
"""
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout == "[]\n"


def test_langchain_needs_no_other_framework() -> None:
    code = """
import sys
for name in ("mcp", "google.adk", "openai", "anthropic"):
    sys.modules[name] = None  # Importing it is an error.
import scalekit
client = scalekit.ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
print(type(client.actions.langchain).__name__)
"""
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout == "LangChain\n"

"""Imports adapters, with error messages about missing and broken packages."""

from __future__ import annotations

from importlib import import_module, metadata
from types import ModuleType

# Adapter → distribution, its lowest version, and the extra of this package that installs it.
REQUIRED = {
    "langchain": ("langchain-core", "0.3.40", "langchain"),
    "google_adk": ("google-adk", "1.20.0", "google-adk"),
}


def load(adapter: str) -> ModuleType:
    """Imports the module of an adapter.

    Raises:
        ImportError: the package of the framework is missing, too old or broken.
    """
    distribution, lowest, extra = REQUIRED[adapter]
    try:
        installed = metadata.version(distribution)
    except metadata.PackageNotFoundError:
        installed = None
    install = f'pip install "scalekit-client[{extra}]"'
    if installed is not None and _numbers(installed) < _numbers(lowest):
        raise ImportError(
            f"{distribution} {installed} is too old; client.actions needs {lowest} or newer: {install}"
        )
    try:
        return import_module(f"scalekit.actions.frameworks.{adapter}")
    except Exception as error:
        if installed is None:
            text = f"{distribution} is not installed: {install}"
        else:
            text = f"{distribution} {installed} cannot be imported: {error}"
        raise ImportError(text) from error


def _numbers(version: str) -> list[int]:
    """Returns the leading numbers of a version."""
    numbers: list[int] = []
    for part in version.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return numbers

"""The error of a missing framework."""

from __future__ import annotations


def import_failure(error: ImportError, package: str) -> ImportError:
    """Returns an error that names the extra of this package which installs `package`."""
    missing = (error.name or "").partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and missing == package:
        text = f'{package} is not installed: pip install "scalekit-client[{package}]"'
    else:
        text = f"{package} cannot be imported: {error}"
    return ImportError(text, name=error.name)

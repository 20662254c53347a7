"""The error of a missing framework."""

from __future__ import annotations


def import_failure(error: ImportError, package: str) -> ImportError:
    """Returns an error that names the extra of this package which installs `package`."""
    if error.name is not None and error.name.partition(".")[0] == package:
        text = f'{package} is not installed: pip install "scalekit-client[{package}]"'
    else:
        text = f"{package} cannot be imported: {error}"
    return ImportError(text, name=error.name)

"""A local emulator for tests, and pytest fixtures for it.

>>> from scalekit.testing import Emulator
>>> with Emulator(auto_approve=True) as emulator:
...     client = emulator.client()
...     response, _ = client.organization.list_organizations(page_size=10)
>>> len(response.organizations)
0

``pip install scalekit-emulator`` installs the program. To use the fixtures, load this plugin in the
topmost ``conftest.py`` or with ``-p scalekit.testing``:

>>> pytest_plugins = ["scalekit.testing"]

The plugin has no entry point: pytest would then rewrite the assertions of all modules of this
package, in every test run. PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import TYPE_CHECKING

# First, because the imports below fail in a mixed installation.
from scalekit._runtime import installation as _installation  # noqa: F401

# isort: split
from scalekit.emulator import EmulatorError
from scalekit.testing._emulator import Emulator
from scalekit.testing._types import CannedError, Fault, LoggedRequest, RequestFilter

if TYPE_CHECKING:
    from scalekit.testing.fixtures import (
        scalekit_async_client,
        scalekit_client,
        scalekit_emulator,
        scalekit_emulator_session,
        scalekit_environment,
    )

__all__ = [
    "Emulator",
    "EmulatorError",
    "CannedError",
    "Fault",
    "LoggedRequest",
    "RequestFilter",
    "scalekit_async_client",
    "scalekit_client",
    "scalekit_emulator",
    "scalekit_emulator_session",
    "scalekit_environment",
]


# Loaded lazily, because the fixtures need pytest.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads a fixture when it is first used."""
        if name not in __all__:
            raise AttributeError(f"module 'scalekit.testing' has no attribute {name!r}")
        from scalekit.testing import fixtures

        value = getattr(fixtures, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Includes the fixtures, which pytest looks up here."""
    return sorted({*globals(), *__all__})

"""The programs of this repository that the tests run."""

from __future__ import annotations

import os
from pathlib import Path

from scalekit.testing import Emulator

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("SCALEKIT_EMULATOR_BIN", ROOT / "target/debug/scalekit-emulator"))


def running(*arguments: str) -> Emulator:
    """Returns an emulator on a free port that approves all logins automatically."""
    return Emulator(auto_approve=True, arguments=arguments, binary=BINARY)

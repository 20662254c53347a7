"""Each documented method has an example."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from .registry import EXAMPLES


def test_every_documented_method_has_its_example(documented: list[dict[str, Any]]) -> None:
    for module in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"{__package__}.{module.stem}")
    assert sorted(EXAMPLES) == sorted(entry["method"] for entry in documented)
    assert len(EXAMPLES) == 88

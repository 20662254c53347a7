"""Exceptions, options and status codes."""

from __future__ import annotations

TYPE_CHECKING = False
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads a submodule when it is first used as an attribute."""
        from importlib import import_module

        if name in ("exceptions", "scalekit", "status"):
            return import_module(f"scalekit.common.{name}")
        raise AttributeError(f"module 'scalekit.common' has no attribute {name!r}")

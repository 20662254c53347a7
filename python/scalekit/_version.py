"""The version, where earlier SDKs had it."""

from __future__ import annotations

from scalekit._native import __version__

__all__ = ["__version__"]

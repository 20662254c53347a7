"""The version, for compatibility with ``scalekit-sdk-python``."""

from __future__ import annotations

from scalekit._native import __version__

__all__ = ["__version__"]

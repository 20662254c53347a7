"""The arguments of a tool, for compatibility."""

from __future__ import annotations

import re

from scalekit._runtime.checks import length
from scalekit._runtime.model import Model
from scalekit.common.exceptions import ScalekitArgumentException


class ToolRequest(Model):
    """The name of a tool. No method uses it."""

    tool_version: str
    """1 to 50 characters. If it contains a dot, digits and dots."""
    tool_name: str
    """1 to 100 letters, digits, ``.``, ``-`` and ``_``."""
    identifier: str
    """1 to 255 letters, digits, ``.``, ``-`` and ``_``."""

    def _check(self) -> None:
        self.__dict__["tool_version"] = self.tool_version.strip()
        for name, most in (("tool_version", 50), ("tool_name", 100), ("identifier", 255)):
            length(f"ToolRequest.{name}", getattr(self, name), 1, most)
        for name in ("tool_name", "identifier"):
            if not re.fullmatch(r"[A-Za-z0-9._-]+", getattr(self, name)):
                raise ScalekitArgumentException(
                    f"ToolRequest.{name} must contain only letters, digits, '.', '-' and '_'"
                )
        parts = self.tool_version.split(".")
        if len(parts) > 1 and not all(part.isdigit() for part in parts):
            raise ScalekitArgumentException(
                "ToolRequest.tool_version must have digits between dots"
            )

"""Tools for Google ADK: ``client.actions.google``.

Needs ``google-adk``, the extra ``scalekit-client[google-adk]``.
"""

from __future__ import annotations

from typing import Any

from scalekit._runtime.generator_methods import Async, Blocking
from scalekit.actions._tool_set import Links
from scalekit.actions.frameworks._adapter import ToolAdapter
from scalekit.actions.frameworks.types.google_adk_tool import (
    ScalekitGoogleAdkTool as ScalekitGoogleAdkTool,
)


class _GoogleADK(ToolAdapter[list[ScalekitGoogleAdkTool]]):
    def _converted(self, tools: list[Any], links: Links) -> list[ScalekitGoogleAdkTool]:
        return [ScalekitGoogleAdkTool(tool, links) for tool in tools]


class GoogleADK(_GoogleADK, Blocking):
    """Converts the tools of a user for agents of Google ADK."""


class AsyncGoogleADK(_GoogleADK, Async):
    """Converts the tools of a user for agents of Google ADK, for asyncio."""

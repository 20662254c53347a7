"""The agent API: tools, connected accounts, MCP servers and custom providers.

Use it as ``client.actions`` of :class:`scalekit.ScalekitClient` or
:class:`scalekit.AsyncScalekitClient`.
"""

from __future__ import annotations

from scalekit.actions.actions import ActionClient as ActionClient
from scalekit.actions.actions import AsyncActionClient as AsyncActionClient

__all__ = ["ActionClient", "AsyncActionClient"]

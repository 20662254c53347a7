"""The agent API: tools, connected accounts, MCP servers and custom providers.

Use it as ``client.actions`` of :class:`scalekit.ScalekitClient` or
:class:`scalekit.AsyncScalekitClient`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalekit.actions.actions import ActionClient as ActionClient
    from scalekit.actions.actions import AgentTool as AgentTool
    from scalekit.actions.actions import AsyncActionClient as AsyncActionClient
    from scalekit.actions.actions import AsyncAgentTool as AsyncAgentTool

__all__ = ["ActionClient", "AgentTool", "AsyncActionClient", "AsyncAgentTool"]

# Hidden from type checkers: they read the names from the imports above and reject other names.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads the classes when they are first used: the models do not need them."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from scalekit.actions import actions

        return getattr(actions, name)

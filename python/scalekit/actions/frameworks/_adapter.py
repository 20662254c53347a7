"""The base of all adapters."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import Any, Generic, TypeVar

from scalekit._runtime.generator_methods import Async, Steps, method
from scalekit.actions._tool_set import AgentTool, Links, ToolOutcome, link_options
from scalekit.actions.actions import ActionClient, AsyncActionClient
from scalekit.common.exceptions import ScalekitArgumentException

R = TypeVar("R")


class ToolAdapter(Generic[R]):
    """Converts the tools of a user for a framework."""

    def __init__(self, actions: ActionClient | AsyncActionClient) -> None:
        """Uses the tools and modifiers of `actions`."""
        required = AsyncActionClient if isinstance(self, Async) else ActionClient
        if not isinstance(actions, required):
            raise ScalekitArgumentException(
                f"actions must be client.actions, an object of {required.__name__}, "
                f"not {type(actions).__name__}"
            )
        self._actions: Any = actions

    @method
    def get_tools(
        self,
        identifier: str,
        providers: list[str] | None = None,
        tool_names: list[str] | None = None,
        connection_names: list[str] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        *,
        authorization_links: Links = True,
    ) -> Steps[R]:
        """Returns the tools that a user can call with their connected accounts, of all pages.

        Args:
            identifier: your identifier of the user.
            providers: only tools of these third-party services, such as ``GMAIL``.
            tool_names: only tools with these names.
            connection_names: only tools of these connections.
            page_size: number of tools that one request fetches; default 100.
            page_token: fetches only the page of this token.
            authorization_links: whether the text of a failure contains a link if the user must
                authorize the account again. A ``dict`` has the arguments `state` and
                `user_verify_url` of ``get_authorization_link_for``.

        Raises:
            ScalekitArgumentException: two connected accounts have a tool with the same name.
        """
        link_options("authorization_links", authorization_links)
        tools = yield self._actions.get_tools(
            identifier, providers, tool_names, connection_names, page_size, page_token
        )
        names: set[str] = set()
        for tool in tools:
            if tool.name in names:
                raise ScalekitArgumentException(
                    f"two connected accounts have the tool {tool.name}; "
                    "select one with connection_names"
                )
            names.add(tool.name)
        return self._converted(tools, authorization_links)

    @abstractmethod
    def _converted(self, tools: list[Any], links: Links) -> R: ...


def attempt(tool: AgentTool, tool_input: Any, links: Links) -> ToolOutcome:
    """Executes a tool of a blocking client."""
    outcome: ToolOutcome = tool._actions._attempt(tool, tool_input, links)
    return outcome


async def attempt_async(tool: Any, tool_input: Any, links: Links) -> ToolOutcome:
    """Executes a tool without blocking the event loop.

    A blocking client uses a thread, because its modifiers may block too.
    """
    if isinstance(tool, AgentTool):
        return await asyncio.to_thread(attempt, tool, tool_input, links)
    outcome: ToolOutcome = await tool._actions._attempt(tool, tool_input, links)
    return outcome

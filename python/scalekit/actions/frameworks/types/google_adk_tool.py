"""The tool class for Google ADK."""

from __future__ import annotations

from typing import Any

from google.adk.tools.base_tool import BaseTool
from google.adk.tools.tool_context import ToolContext
from google.genai.types import FunctionDeclaration

from scalekit.actions._tool_set import AgentTool, AsyncAgentTool, Links
from scalekit.actions.frameworks._adapter import attempt_async


class ScalekitGoogleAdkTool(BaseTool):
    """A tool of a user for Google ADK.

    A result is the output of the tool. A failure is a ``dict`` with a text as ``error``.
    ``custom_metadata`` contains the provider, the connected account and hints of the tool.

    Args:
        tool: a tool of ``client.actions.get_tools()``.
        authorization_links: see ``get_tools`` of ``client.actions.google``.
    """

    def __init__(self, tool: AgentTool | AsyncAgentTool, authorization_links: Links = True) -> None:
        """Stores the tool."""
        super().__init__(name=tool.name, description=tool.description)
        self.connected_account_id = tool.connected_account_id
        self.custom_metadata = {
            "provider": tool.provider,
            "connected_account_id": tool.connected_account_id,
            **tool.annotations,
        }
        self._tool = tool
        self._links = authorization_links

    def _get_declaration(self) -> FunctionDeclaration:
        return FunctionDeclaration(
            name=self.name,
            description=self.description,
            parameters_json_schema=self._tool.input_schema,
        )

    async def run_async(self, *, args: dict[str, Any], tool_context: ToolContext) -> dict[str, Any]:
        """Executes the tool with the modifiers of ``client.actions``."""
        outcome = await attempt_async(self._tool, args, self._links)
        return {"error": outcome.text} if outcome.response is None else outcome.data

"""``client.actions``: tools, connected accounts, MCP servers and custom providers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from scalekit._runtime.generator_methods import Async, Blocking
from scalekit.actions._accounts import AccountMethods
from scalekit.actions._authorization import AuthorizationMethods
from scalekit.actions._mcp import ActionMcp as ActionMcp
from scalekit.actions._mcp import AsyncActionMcp as AsyncActionMcp
from scalekit.actions._mcp_configs import McpConfigMethods
from scalekit.actions._providers import ActionProviders as ActionProviders
from scalekit.actions._providers import AsyncActionProviders as AsyncActionProviders
from scalekit.actions._request import RequestMethods
from scalekit.actions._tool_set import AgentTool as AgentTool
from scalekit.actions._tool_set import AsyncAgentTool as AsyncAgentTool
from scalekit.actions._tool_set import ToolSetMethods, ToolT
from scalekit.actions._tools import ToolMethods
from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    from scalekit.actions.frameworks._model_tools import AsyncModelAdapter, ModelAdapter
    from scalekit.actions.frameworks.google_adk import AsyncGoogleADK, GoogleADK
    from scalekit.actions.frameworks.langchain import AsyncLangChain, LangChain
    from scalekit.connected_accounts import AsyncConnectedAccountsClient, ConnectedAccountsClient
    from scalekit.connection import AsyncConnectionClient, ConnectionClient
    from scalekit.mcp import AsyncMcpClient, McpClient
    from scalekit.providers import AsyncProvidersClient, ProvidersClient
    from scalekit.tools import AsyncToolsClient, ToolsClient


class _Actions(
    ToolMethods,
    ToolSetMethods[ToolT],
    AuthorizationMethods,
    AccountMethods,
    McpConfigMethods,
    RequestMethods,
):
    """The members that the blocking and the async class share."""

    _providers_client: Any


class ActionClient(_Actions[AgentTool], Blocking):
    """The agent API of a client, blocking.

    ``client.actions`` and ``client.connect`` are two objects of this class, each with its own
    modifiers.

    Args:
        tools_client: the service client ``client.tools``.
        connected_accounts_client: the service client ``client.connected_accounts``.
        mcp_client: the service client ``client.mcp``, for the methods of MCP.
        providers_client: the service client ``client.providers``, for `providers`.
        connection_client: the service client ``client.connection``, for ``list_connections``.
    """

    _tool_class = AgentTool
    tools: ToolsClient
    connected_accounts: ConnectedAccountsClient

    def __init__(
        self,
        tools_client: ToolsClient,
        connected_accounts_client: ConnectedAccountsClient,
        mcp_client: McpClient | None = None,
        providers_client: ProvidersClient | None = None,
        connection_client: ConnectionClient | None = None,
    ) -> None:
        """Stores the service clients."""
        self.tools = tools_client
        self.connected_accounts = connected_accounts_client
        self._mcp_client = mcp_client
        self._providers_client = providers_client
        self._connection_client = connection_client

    def _send(self, *arguments: Any) -> Any:
        return self.tools.core_client._native.proxy(*arguments)

    @cached_property
    def mcp(self) -> ActionMcp:
        """MCP servers."""
        return ActionMcp(self._mcp_client)

    @cached_property
    def providers(self) -> ActionProviders:
        """Custom providers."""
        return ActionProviders(_given("providers_client", self._providers_client))

    @cached_property
    def langchain(self) -> LangChain:
        """Tools for LangChain. Needs the extra ``scalekit-client[langchain]``."""
        adapter: LangChain = _load("langchain").LangChain(self)
        return adapter

    @cached_property
    def google(self) -> GoogleADK:
        """Tools for Google ADK. Needs the extra ``scalekit-client[google-adk]``."""
        adapter: GoogleADK = _load("google_adk").GoogleADK(self)
        return adapter

    @cached_property
    def openai(self) -> ModelAdapter:
        """Tools for the Chat Completions API of OpenAI, and for compatible APIs."""
        from scalekit.actions.frameworks import openai

        return openai.ModelAdapter(self, openai.ChatCompletions())

    @cached_property
    def openai_responses(self) -> ModelAdapter:
        """Tools for the Responses API of OpenAI."""
        from scalekit.actions.frameworks import openai

        return openai.ModelAdapter(self, openai.Responses())

    @cached_property
    def anthropic(self) -> ModelAdapter:
        """Tools for the Messages API of Anthropic."""
        from scalekit.actions.frameworks import anthropic

        return anthropic.ModelAdapter(self, anthropic.Messages())


class AsyncActionClient(_Actions[AsyncAgentTool], Async):
    """The agent API of a client, for asyncio; see :class:`ActionClient`.

    Methods that use the network are coroutines. Modifiers can be async functions.
    """

    _accepts_coroutines = True
    _tool_class = AsyncAgentTool
    tools: AsyncToolsClient
    connected_accounts: AsyncConnectedAccountsClient

    def __init__(
        self,
        tools_client: AsyncToolsClient,
        connected_accounts_client: AsyncConnectedAccountsClient,
        mcp_client: AsyncMcpClient | None = None,
        providers_client: AsyncProvidersClient | None = None,
        connection_client: AsyncConnectionClient | None = None,
    ) -> None:
        """Stores the service clients."""
        self.tools = tools_client
        self.connected_accounts = connected_accounts_client
        self._mcp_client = mcp_client
        self._providers_client = providers_client
        self._connection_client = connection_client

    @property
    def _invoke(self) -> Any:
        return self.tools.core_client._invoke

    def _send(self, *arguments: Any) -> Any:
        core = self.tools.core_client
        return core._invoke(core._native.proxy, *arguments)

    @cached_property
    def mcp(self) -> AsyncActionMcp:
        """MCP servers."""
        return AsyncActionMcp(self._mcp_client)

    @cached_property
    def providers(self) -> AsyncActionProviders:
        """Custom providers."""
        return AsyncActionProviders(_given("providers_client", self._providers_client))

    @cached_property
    def langchain(self) -> AsyncLangChain:
        """Tools for LangChain. Needs the extra ``scalekit-client[langchain]``."""
        adapter: AsyncLangChain = _load("langchain").AsyncLangChain(self)
        return adapter

    @cached_property
    def google(self) -> AsyncGoogleADK:
        """Tools for Google ADK. Needs the extra ``scalekit-client[google-adk]``."""
        adapter: AsyncGoogleADK = _load("google_adk").AsyncGoogleADK(self)
        return adapter

    @cached_property
    def openai(self) -> AsyncModelAdapter:
        """Tools for the Chat Completions API of OpenAI, and for compatible APIs."""
        from scalekit.actions.frameworks import openai

        return openai.AsyncModelAdapter(self, openai.ChatCompletions())

    @cached_property
    def openai_responses(self) -> AsyncModelAdapter:
        """Tools for the Responses API of OpenAI."""
        from scalekit.actions.frameworks import openai

        return openai.AsyncModelAdapter(self, openai.Responses())

    @cached_property
    def anthropic(self) -> AsyncModelAdapter:
        """Tools for the Messages API of Anthropic."""
        from scalekit.actions.frameworks import anthropic

        return anthropic.AsyncModelAdapter(self, anthropic.Messages())


def _given(name: str, client: Any) -> Any:
    if client is None:
        raise ScalekitArgumentException(f"ActionClient was created without {name}")
    return client


def _load(adapter: str) -> Any:
    from scalekit.actions.frameworks._loading import load

    return load(adapter)

"""The tools of a user, independent of frameworks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from scalekit._runtime import validate
from scalekit._runtime.checks import required
from scalekit._runtime.generator_methods import Async, Blocking, Steps, method
from scalekit._runtime.json_values import from_struct
from scalekit._runtime.names import unknown_name
from scalekit.actions import types
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitException,
    ScalekitServerException,
    ScalekitToolException,
)

_HINTS = ("title", "read_only_hint", "destructive_hint", "idempotent_hint", "open_world_hint")
_LINK_OPTIONS = ("state", "user_verify_url")

Links = bool | Mapping[str, str]
"""Whether texts of failures contain links. A mapping has the arguments of the links."""

ToolT = TypeVar("ToolT", bound="_Tool")


class _Tool:
    """The members that the blocking and the async class share."""

    name: str
    """The name, such as ``gmail_fetch_mails``."""
    description: str
    """The description for the model."""
    input_schema: dict[str, Any]
    """The JSON schema of the input. Its type is ``object``."""
    annotations: dict[str, Any]
    """Hints with the names of the Model Context Protocol, such as ``read_only_hint``."""
    provider: str
    """The third-party service, such as ``GMAIL``."""
    connected_account_id: str
    """The id of the connected account that the tool uses."""

    def __init__(self, actions: Any, scoped: Any) -> None:
        """Reads a ``ScopedTool``. Calls use ``execute_tool`` of `actions`."""
        tool = scoped.tool
        definition = from_struct(tool.definition)
        self._actions = actions
        self.provider = tool.provider
        self.name = text_of(definition, "name") or f"{tool.provider.lower()}_tool"
        self.description = text_of(definition, "description") or "Scalekit tool"
        self.input_schema = schema_of(definition)
        self.annotations = annotations_of(definition)
        self.connected_account_id = scoped.connected_account_id

    @method
    def call(self, tool_input: Mapping[str, Any] | None = None) -> Steps[dict[str, Any]]:
        """Executes the tool with the modifiers of ``client.actions``, and returns its output.

        Raises the exceptions of ``execute_tool``.
        """
        response = yield self._actions.execute_tool(
            tool_input, self.name, connected_account_id=self.connected_account_id
        )
        return response.data or {}

    def __repr__(self) -> str:
        """Shows the name and the connected account."""
        return f"<tool {self.name} of {self.connected_account_id}>"


class AgentTool(_Tool, Blocking):
    """A tool of one user."""


class AsyncAgentTool(_Tool, Async):
    """A tool of one user, for asyncio. ``call`` is a coroutine function."""


class ToolOutcome(NamedTuple):
    """The result of a tool, or the text of its failure for the model."""

    response: types.ExecuteToolResponse | None
    failure: str = ""
    error: Exception | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The output of the tool."""
        return (self.response.data if self.response is not None else None) or {}

    @property
    def text(self) -> str:
        """The output as JSON, or the text of the failure."""
        # Modifiers can add values that are not JSON.
        return self.failure or json.dumps(self.data, ensure_ascii=False, default=str)


class ToolSetMethods(Generic[ToolT]):
    """Methods for the tools of a user."""

    tools: Any
    connected_accounts: Any
    _tool_class: Callable[[Any, Any], ToolT]

    @method
    def get_tools(
        self,
        identifier: str,
        providers: list[str] | None = None,
        tool_names: list[str] | None = None,
        connection_names: list[str] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
    ) -> Steps[list[ToolT]]:
        """Returns the tools that a user can call with their connected accounts, of all pages.

        Adapters convert these tools for a framework; see `langchain`, `google`, `openai` and
        `anthropic`.

        Args:
            identifier: your identifier of the user.
            providers: only tools of these third-party services, such as ``GMAIL``.
            tool_names: only tools with these names.
            connection_names: only tools of these connections.
            page_size: number of tools that one request fetches; default 100.
            page_token: fetches only the page of this token.
        """
        required(identifier=identifier)
        filters = {
            "providers": validate.strings("providers", providers) or [],
            "tool_names": validate.strings("tool_names", tool_names) or [],
            "connection_names": validate.strings("connection_names", connection_names) or [],
        }
        if not any(filters.values()):
            # The service requires a filter, and a query cannot contain an empty one.
            fetch = partial(
                self.connected_accounts.list_connected_accounts,
                identifier=identifier,
                page_size=50,
            )
            accounts = yield from _pages(fetch, "connected_accounts")
            filters["connection_names"] = sorted({account.connector for account in accounts})
            if not accounts:
                return []
        fetch = partial(
            self.tools.list_scoped_tools,
            identifier=identifier,
            filter=filters,
            page_size=100 if page_size is None else page_size,
        )
        found = yield from _pages(fetch, "tools", page_token)
        return [self._tool_class(self, scoped) for scoped in found]

    @method
    def describe_tool_failure(self, error: BaseException, links: Links = True) -> Steps[str]:
        """Returns a text about the failure of a tool, for the model.

        If the user must authorize the account again, the text contains a fresh link.

        Args:
            error: the exception of ``execute_tool``, or of ``call`` of a tool.
            links: ``False`` for texts without links. A ``dict`` has the arguments `state` and
                `user_verify_url` of :meth:`get_authorization_link_for`.
        """
        actions: Any = self
        options = link_options("links", links)
        reason = error.message if isinstance(error, ScalekitException) else str(error)
        if isinstance(error, ScalekitToolException):
            reason = error.tool_error_message or reason
        if getattr(error, "tool_response", None) is not None:
            # The model must not call the tool again.
            return f"The tool has acted, but its result could not be processed: {reason}"
        problem = f"The tool failed: {reason}"
        if options is None or not _can_be_authorized(error):
            return problem
        try:
            link = yield actions.get_authorization_link_for(error, **options)
        except ScalekitServerException:
            # A missing link must not hide the failure of the tool.
            return problem
        if not link.link:
            return problem
        return f"{problem}. The user must authorize access again: {link.link}"

    @method
    def _attempt(self, tool: _Tool, tool_input: Any, links: Links) -> Steps[ToolOutcome]:
        """Executes a tool for a model. Failures become texts."""
        actions: Any = self
        try:
            response = yield actions.execute_tool(
                tool_input, tool.name, connected_account_id=tool.connected_account_id
            )
        except Exception as error:
            failure = yield actions.describe_tool_failure(error, links)
            return ToolOutcome(None, failure, error)
        return ToolOutcome(response)


def _pages(
    fetch: Callable[..., Any], items: str, page_token: str | None = None
) -> Steps[list[Any]]:
    """Returns the items of all pages, or of the page of `page_token`."""
    found: list[Any] = []
    token, seen = page_token, set[str]()
    while True:
        message, _ = yield fetch(page_token=token)
        found += getattr(message, items)
        token = message.next_page_token
        # A repeated token would never end.
        if page_token or not token or token in seen:
            return found
        seen.add(token)


def _can_be_authorized(error: BaseException) -> bool:
    return (
        isinstance(error, ScalekitToolException)
        and error.needs_authorization
        and error._account is not None
    )


def link_options(name: str, links: object) -> dict[str, str] | None:
    """Returns the arguments of authorization links, or ``None`` for no links."""
    if isinstance(links, bool):
        return {} if links else None
    if not isinstance(links, Mapping):
        raise ScalekitArgumentException(
            f"{name} must be a bool or a dict, not {type(links).__name__}"
        )
    for option in links:
        if option not in _LINK_OPTIONS:
            raise ScalekitArgumentException(unknown_name(name, str(option), _LINK_OPTIONS))
    return dict(links)


def text_of(definition: Mapping[str, Any], name: str) -> str:
    """Returns a text of the definition of a tool, or an empty string."""
    value = definition.get(name)
    return value if isinstance(value, str) else ""


def schema_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the JSON schema of the input. Models require the type ``object``."""
    schema = _object(definition, "input_schema", "inputSchema")
    return {"properties": {}, **schema, "type": "object"}


def annotations_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the hints in the definition of a tool."""
    given = _object(definition, "annotations")
    found = {name: given.get(name, given.get(camel_case(name))) for name in _HINTS}
    return {name: hint for name, hint in found.items() if hint is not None}


def camel_case(name: str) -> str:
    """Returns the name of a hint in the Model Context Protocol: ``readOnlyHint``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _object(definition: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    found = next((definition[name] for name in names if name in definition), None)
    return found if isinstance(found, Mapping) else {}

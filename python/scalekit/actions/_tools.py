"""Methods for tools and their modifiers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from scalekit._runtime.generator_methods import Steps, accepts, method
from scalekit._runtime.json_values import json_object
from scalekit._runtime.names import unknown_name
from scalekit.actions import types
from scalekit.actions.modifier import Modifier, ModifierType, ToolNames, modified, select
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitServerException

Function = TypeVar("Function", bound=Callable[..., Any])


class ToolMethods:
    """Methods for tools and their modifiers."""

    _accepts_coroutines: ClassVar[bool] = False
    tools: Any
    _modifiers: tuple[Modifier, ...] = ()

    @method
    @accepts(instead={"connector": "connection_name", "tool": "tool_name"})
    def execute_tool(
        self,
        tool_input: Mapping[str, Any] | None,
        tool_name: str,
        identifier: str | None = None,
        tool_request: object = None,
        connected_account_id: str | None = None,
        connection_name: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
    ) -> Steps[types.ExecuteToolResponse]:
        """Executes a tool with a connected account.

        Applies the pre-modifiers to the input and the post-modifiers to the output. The deadline is
        the option ``tool_call_timeout_s`` of the client. The call is never retried.

        Args:
            tool_input: the input, JSON values that match the definition of the tool. It is not
                changed.
            tool_name: the name of the tool, such as ``gmail_fetch_mails``.
            identifier: your identifier of the owner of the account.
            tool_request: ignored, for compatibility.
            connected_account_id: the id of the account, instead of `identifier`.
            connection_name: the name of the connection.
            organization_id: the organization that the account belongs to.
            user_id: the user that the account belongs to.

        Raises:
            ScalekitToolException: the tool failed. If ``needs_authorization`` is true,
                :meth:`get_authorization_link_for` returns a link for the user.
            ScalekitModifierException: a post-modifier returned an invalid value.
        """
        selected = select(self._modifiers, tool_name, "pre")
        changed = yield from modified(tool_name, tool_input, selected)
        account = {
            "connection_name": connection_name,
            "identifier": identifier,
            "connected_account_id": connected_account_id,
            "organization_id": organization_id,
            "user_id": user_id,
        }
        try:
            message, _ = yield self.tools.execute_tool(
                tool_name=tool_name,
                params=json_object("tool_input", changed) if changed else None,
                **account,
            )
        except ScalekitServerException as error:
            error._account = account
            raise
        response = types.ExecuteToolResponse.from_proto(message)
        selected = select(self._modifiers, tool_name, "post")
        if selected:
            data = yield from modified(tool_name, response.data, selected, response)
            response = response.model_copy(update={"data": data})
        return response

    @method
    def list_tools(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        provider: str | None = None,
        tool_name: list[str] | None = None,
        query: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
        connected_account_id: str | None = None,
        summary: bool | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
    ) -> Steps[types.ListToolsResponse]:
        """Lists the tools that match all given filters, page by page.

        Args:
            connection_name: only tools of this connection.
            identifier: only tools of the accounts of this owner.
            provider: only tools of this third-party service.
            tool_name: only tools with these names.
            query: only tools that contain this text.
            organization_id: only tools of the accounts of this organization.
            user_id: only tools of the accounts of this user.
            connected_account_id: only tools of this account.
            summary: whether to return only a summary of each tool.
            page_size: number of tools per page; default 10.
            page_token: the ``next_page_token`` of the previous page.
        """
        given = {
            "connector": connection_name,
            "identifier": identifier,
            "provider": provider,
            "tool_name": [tool_name] if isinstance(tool_name, str) else tool_name,
            "query": query,
            "organization_id": organization_id,
            "user_id": user_id,
            "connected_account_id": connected_account_id,
        }
        filters: dict[str, Any] = {name: value for name, value in given.items() if value}
        if summary is not None:
            filters["summary"] = summary
        message, _ = yield self.tools.list_tools(
            filter=filters or None, page_size=page_size, page_token=page_token
        )
        return types.ListToolsResponse.from_proto(message)

    def pre_modifier(self, tool_names: ToolNames, **unknown: Any) -> Callable[[Function], Function]:
        """Registers the decorated function as a pre-modifier and returns it unchanged.

        The function receives a copy of the input of the tool and returns the new input::

            @client.actions.pre_modifier("gmail_fetch_mails")
            def limit(tool_input: dict) -> dict:
                return {**tool_input, "max_results": 5}

        Modifiers of a tool are applied in the order of their registration. In
        :class:`AsyncActionClient`, the function can be ``async``.

        Args:
            tool_names: the name of a tool, or a list of names.
        """
        _reject_unknown("pre_modifier()", unknown)
        return self._registers(tool_names, "pre")

    def post_modifier(
        self, tool_names: ToolNames, **unknown: Any
    ) -> Callable[[Function], Function]:
        """Registers the decorated function as a post-modifier; see :meth:`pre_modifier`.

        The function receives ``response.data`` and returns the new ``data``. If it fails, its
        exception has the attribute ``tool_response``, because the tool has already acted.

        Args:
            tool_names: the name of a tool, or a list of names.
        """
        _reject_unknown("post_modifier()", unknown)
        return self._registers(tool_names, "post")

    def add_modifier(self, modifier: Modifier) -> None:
        """Registers a modifier."""
        if not isinstance(modifier, Modifier):
            raise ScalekitArgumentException(
                f"modifier must be a Modifier, not {type(modifier).__name__}"
            )
        if not self._accepts_coroutines and inspect.iscoroutinefunction(modifier.func):
            raise ScalekitArgumentException(
                "the modifier is an async function; async functions need AsyncScalekitClient"
            )
        # A new tuple, so that executions in other threads are not affected.
        self._modifiers = (*self._modifiers, modifier)

    def remove_modifier(self, modifier: Modifier | Callable[..., Any]) -> None:
        """Removes a modifier, or all modifiers with the given function."""
        self._modifiers = tuple(
            registered
            for registered in self._modifiers
            if registered is not modifier and registered.func is not modifier
        )

    def get_modifiers(
        self, tool_name: str | None = None, modifier_type: ModifierType | None = None
    ) -> list[Modifier]:
        """Returns the modifiers in the order of their registration.

        Args:
            tool_name: only modifiers of this tool.
            modifier_type: only modifiers of this type, ``"pre"`` or ``"post"``.
        """
        return [
            modifier
            for modifier in self._modifiers
            if (tool_name is None or tool_name in modifier.tool_names)
            and (modifier_type is None or modifier.type == modifier_type)
        ]

    def _registers(
        self, tool_names: ToolNames, modifier_type: ModifierType
    ) -> Callable[[Function], Function]:
        modifier = Modifier(tool_names, modifier_type)

        def register(function: Function) -> Function:
            self.add_modifier(Modifier(modifier.tool_names, modifier_type, function))
            return function

        return register


def _reject_unknown(where: str, unknown: dict[str, Any]) -> None:
    for name in unknown:
        raise ScalekitArgumentException(unknown_name(where, name, ("tool_names",)))

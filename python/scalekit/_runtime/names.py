"""Error messages for unknown names of arguments and fields."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

# Names that applications use by mistake, with the correct names. The first accepted one is
# suggested.
_SUGGESTED = {
    "parameters": ("tool_input",),
    "params": ("tool_input", "query_params"),
    "input": ("tool_input",),
    "arguments": ("tool_input",),
    "args": ("tool_input",),
    "tool": ("tool_name", "tool_names"),
    "name": ("tool_name", "connection_name"),
    "connector": ("connection_name",),
    "connection": ("connection_name", "connection_names"),
    "user": ("identifier", "user_identifier"),
    "id": ("connected_account_id", "config_id", "instance_id"),
    "account_id": ("connected_account_id",),
    "mcp_config_id": ("config_id",),
    "mappings": ("connection_tool_mappings",),
    "secrets": ("credentials",),
    "static_auth": ("credentials",),
    "redirect_url": ("user_verify_url",),
    "total_size": ("total_count",),
}


# Methods that do not exist but that applications call, with the methods to suggest.
_SUGGESTED_METHODS = {
    "refresh_connected_account": "get_authorization_link",
    "handle_tool_calls": "execute_tool",
    "create_mcp": "ensure_instance",
    "get_mcp": "get_instance",
}


class Suggesting:
    """Base of a class whose error for an unknown attribute suggests a similar one."""

    # Hidden from type checkers, which report unknown attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Rejects an unknown attribute."""
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            if not name.startswith("_"):
                known = _SUGGESTED_METHODS.get(name)
                if known is None or not hasattr(type(self), known):
                    from difflib import get_close_matches

                    names = [other for other in dir(type(self)) if not other.startswith("_")]
                    known = next(iter(get_close_matches(name, names, n=1, cutoff=0.7)), None)
                text += f"; use {known!r}" if known else ""
            raise AttributeError(text, name=name, obj=self)


def unknown_name(where: str, name: str, accepted: Collection[str]) -> str:
    """Returns the error message for an unknown name. It suggests an accepted name."""
    # JavaScript's names are in camel case.
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for candidate in (snake, *_SUGGESTED.get(snake, ())):
        if candidate in accepted:
            return f"{where} has no {name!r}; use {candidate!r}"
    from difflib import get_close_matches

    close = get_close_matches(snake, accepted, n=1, cutoff=0.7)
    if close:
        return f"{where} has no {name!r}; use {close[0]!r}"
    return f"{where} has no {name!r}; it has {', '.join(accepted) or 'no names'}"

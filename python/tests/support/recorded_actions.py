"""``client.actions`` with recorded requests, blocking and async, without a network."""

from __future__ import annotations

import asyncio
import inspect
import json
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from programs import ROOT
from recorder import Services

from scalekit.actions import ActionClient, AsyncActionClient


class RecordedActions:
    """``client.actions`` on a recorder. Methods of the async class are awaited."""

    def __init__(self, is_async: bool = False) -> None:
        self.services = services = Services(is_async)
        kind: Any = AsyncActionClient if is_async else ActionClient
        self.actions = kind(
            services.tools,
            services.connected_accounts,
            services.mcp,
            services.providers,
            services.connection,
        )

    def respond(self, *responses: Any) -> None:
        """Sets the next responses: messages, exceptions, or ``None`` for empty messages."""
        self.services.recorder.responses.extend(responses)

    def call(self, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Calls a method, such as ``mcp.get_config``, and returns its result."""
        target: Any = self.actions
        for name in method.split("."):
            target = getattr(target, name)
        result = target(*args, **kwargs)
        return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result

    def sent(self) -> list[list[Any]]:
        """Returns the operation and the JSON of each request."""
        return [[name, _fields(name, request)] for name, request in self.services.recorder.calls]


def _fields(operation: str, request: Any) -> dict[str, Any]:
    if operation != "proxy":
        return MessageToDict(_request_type(operation).FromString(request))
    names = ("connection_name", "identifier", "method", "path", "query", "headers", "body")
    fields = {name: value for name, value in zip(names, request, strict=True) if value}
    for name in ("query", "headers"):
        if name in fields:
            fields[name] = [list(pair) for pair in fields[name]]
    if "body" in fields:
        kind, body = fields["body"]
        fields["body"] = [kind, body.decode()]
    return fields


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


@cache
def _request_types() -> dict[str, str]:
    plan = json.loads((ROOT / "tests/conformance/operations.json").read_text())
    return {operation["operation"]: operation["request_type"] for operation in plan["operations"]}


def _request_type(operation: str) -> Any:
    pool: Any = descriptor_pool.Default()
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(_request_types()[operation]))

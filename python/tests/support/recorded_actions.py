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

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Calls a method, such as ``mcp.get_config``, and returns its result."""
        target: Any = self.actions
        for name in method.split("."):
            target = getattr(target, name)
        result = target(*args, **kwargs)
        return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result

    def sent(self) -> list[list[Any]]:
        """Returns the operation and the JSON of each request."""
        return [
            [operation, MessageToDict(_request_type(operation).FromString(request))]
            for operation, request in self.services.recorder.calls
        ]


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


@cache
def _request_types() -> dict[str, str]:
    plan = json.loads((ROOT / "tests/conformance/operations.json").read_text())
    return {operation["operation"]: operation["request_type"] for operation in plan["operations"]}


def _request_type(operation: str) -> Any:
    pool: Any = descriptor_pool.Default()
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(_request_types()[operation]))

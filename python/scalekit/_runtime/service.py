"""What every service client is made of: one way to call, blocking or awaitable.

Generated clients write each method once, on top of ``_call``, ``_run`` and ``_pages``. Mixed with
:class:`Service` those block and return; mixed with :class:`AsyncService` they return awaitables of the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalekit._runtime.call import Call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from types import ModuleType

    from google.protobuf.message import Message

    from scalekit.core import AsyncCoreClient, CoreClient

    _Step = tuple[str, Message, type[Message]]


def messages_of(name: str, *modules: ModuleType) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of the service module `name`, which has the messages of its operations too."""

    def get(attribute: str) -> Any:
        for module in modules:
            if not attribute.startswith("_") and hasattr(module, attribute):
                return getattr(module, attribute)
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    return get


class Service:
    """A group of operations, blocking."""

    def __init__(self, core_client: CoreClient) -> None:
        """Call through `core_client`, which all services of a client share."""
        self.core_client = core_client

    def _call(
        self,
        operation: str,
        request: Message,
        response: type[Message],
        then: Callable[[Any], Any] | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> Any:
        """Call `operation`; ``(message, call)``, or ``then(message)``.

        If the call fails, `failure` is called with the exception and may raise another one.
        """
        try:
            body, headers = self.core_client._native.call(operation, request.SerializeToString())
        except Exception as error:
            if failure is not None:
                failure(error)
            raise
        message = response.FromString(body)
        return (message, Call(headers)) if then is None else then(message)

    def _run(self, steps: Generator[_Step, Any, Any]) -> Any:
        """Make the calls that a generator yields, sending it ``(message, call)``; what it returns."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = self._call(*step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as stop:
            return stop.value

    def _pages(self, operation: str, request: Any, response: type[Message], items: str) -> Iterator[Any]:
        """Yield the `items` of all pages, from that of `request` on; a page is fetched when it is needed."""
        page, seen = _copy(request), set[str]()
        while True:
            message, _ = self._call(operation, page, response)
            yield from getattr(message, items)
            if not _turn(page, message, seen):
                return


class AsyncService:
    """A group of operations, awaitable."""

    def __init__(self, core_client: AsyncCoreClient) -> None:
        """Call through `core_client`, which all services of a client share."""
        self.core_client = core_client

    async def _call(
        self,
        operation: str,
        request: Message,
        response: type[Message],
        then: Callable[[Any], Any] | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> Any:
        """Await `operation`; ``(message, call)``, or ``then(message)``.

        If the call fails, `failure` is called with the exception and may raise another one.
        """
        try:
            core = self.core_client
            body, headers = await core._invoke(core._native.call, operation, request.SerializeToString())
        except Exception as error:
            if failure is not None:
                failure(error)
            raise
        message = response.FromString(body)
        return (message, Call(headers)) if then is None else then(message)

    async def _run(self, steps: Generator[_Step, Any, Any]) -> Any:
        """Await the calls that a generator yields, sending it ``(message, call)``; what it returns."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._call(*step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as stop:
            return stop.value

    async def _pages(
        self, operation: str, request: Any, response: type[Message], items: str
    ) -> AsyncIterator[Any]:
        """Yield the `items` of all pages, from that of `request` on; a page is fetched when it is needed."""
        page, seen = _copy(request), set[str]()
        while True:
            message, _ = await self._call(operation, page, response)
            for item in getattr(message, items):
                yield item
            if not _turn(page, message, seen):
                return


def _copy(request: Any) -> Any:
    """Paging must not change the request of the caller."""
    page = type(request)()
    page.CopyFrom(request)
    return page


def _turn(page: Any, message: Any, seen: set[str]) -> bool:
    """Point `page` at the page after `message`; whether there is one. A token that comes again would loop."""
    token = message.next_page_token
    if not token or token in seen:
        return False
    seen.add(token)
    page.page_token = token
    return True

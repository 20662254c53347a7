"""Base classes of the service clients.

Generated clients define each method once, in terms of ``_call``, ``_run`` and ``_pages``. With
:class:`Service` as a base, these methods block and return the result. With :class:`AsyncService`,
they return an awaitable of the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalekit._runtime.call import Call
from scalekit._runtime.names import Suggesting
from scalekit._runtime.observers import async_caller, caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from types import ModuleType

    from google.protobuf.message import Message

    from scalekit.core import AsyncCoreClient, CoreClient

    _Step = tuple[str, Message, type[Message]]


def messages_of(name: str, *modules: ModuleType) -> Callable[[str], Any]:
    """Creates the ``__getattr__`` of the service module `name`. It re-exports messages lazily."""

    def get(attribute: str) -> Any:
        for module in modules:
            if not attribute.startswith("_") and hasattr(module, attribute):
                return getattr(module, attribute)
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    return get


class Service(Suggesting):
    """A group of operations with blocking methods."""

    def __init__(self, core_client: CoreClient) -> None:
        """Creates a service client on `core_client`, which all services of a client share."""
        self.core_client = core_client

    def _call(
        self,
        operation: str,
        request: Message,
        response: type[Message],
        then: Callable[[Any], Any] | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> Any:
        """Calls `operation`. Returns ``(message, call)``, or ``then(message)`` if `then` is given.

        If the call fails, `failure` receives the exception and may raise another one.
        """
        try:
            call = caller(self.core_client._native.call)
            body, headers = call(operation, request.SerializeToString())
        except Exception as error:
            if failure is not None:
                failure(error)
            raise
        message = response.FromString(body)
        return (message, Call(headers)) if then is None else then(message)

    def _run(self, steps: Generator[_Step, Any, Any]) -> Any:
        """Makes the calls that a generator yields, sends it each result, and returns its value."""
        try:
            step = next(steps)
            while True:
                try:
                    result = self._call(*step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as stop:
            return stop.value

    def _pages(
        self, operation: str, request: Any, response: type[Message], items: str
    ) -> Iterator[Any]:
        """Yields the `items` of all pages, starting at the page of `request`.

        Pages are fetched lazily.
        """
        page, tokens = _copy(request), set[str]()
        while True:
            message, _ = self._call(operation, page, response)
            yield from getattr(message, items)
            if not _next_page(page, message, tokens):
                return


class AsyncService(Suggesting):
    """A group of operations with async methods."""

    def __init__(self, core_client: AsyncCoreClient) -> None:
        """Creates a service client on `core_client`, which all services of a client share."""
        self.core_client = core_client

    async def _call(
        self,
        operation: str,
        request: Message,
        response: type[Message],
        then: Callable[[Any], Any] | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> Any:
        """Calls `operation`; see :meth:`Service._call`."""
        try:
            core = self.core_client
            invoke = async_caller(core._invoke)
            body, headers = await invoke(core._native.call, operation, request.SerializeToString())
        except Exception as error:
            if failure is not None:
                failure(error)
            raise
        message = response.FromString(body)
        return (message, Call(headers)) if then is None else then(message)

    async def _run(self, steps: Generator[_Step, Any, Any]) -> Any:
        """Makes the calls that a generator yields; see :meth:`Service._run`."""
        try:
            step = next(steps)
            while True:
                try:
                    result = await self._call(*step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as stop:
            return stop.value

    async def _pages(
        self, operation: str, request: Any, response: type[Message], items: str
    ) -> AsyncIterator[Any]:
        """Yields the `items` of all pages; see :meth:`Service._pages`."""
        page, tokens = _copy(request), set[str]()
        while True:
            message, _ = await self._call(operation, page, response)
            for item in getattr(message, items):
                yield item
            if not _next_page(page, message, tokens):
                return


def _copy(request: Any) -> Any:
    """Copies a request, so that paging does not change the caller's message."""
    page = type(request)()
    page.CopyFrom(request)
    return page


def _next_page(page: Any, message: Any, tokens: set[str]) -> bool:
    """Sets the token of the page after `message`. Returns ``False`` after the last page.

    A repeated token also ends the iteration, which would otherwise be endless.
    """
    token = message.next_page_token
    if not token or token in tokens:
        return False
    tokens.add(token)
    page.page_token = token
    return True

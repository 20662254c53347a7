"""The observers of calls, and the check before each call whether there are any.

This module is loaded with every client. The code that observes is loaded by the first observed
call.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from scalekit.observability import ObservedCall

    # Receives the observed calls: an operation, and before it the lookup of an external id, if
    # there is one.
    _End = Callable[[list[ObservedCall]], None]
    # Receives the start of an operation. Returns headers for its requests, and the function that
    # receives the end.
    _Observer = Callable[[str], tuple[Mapping[str, str], _End]]

_DEBUG = 10

#: A tuple that is replaced, so that a call can iterate while another thread adds an observer.
observers: tuple[_Observer, ...] = ()
_logger: logging.Logger | None = None


def add(observer: _Observer) -> Callable[[], None]:
    """Adds an observer of all calls. Returns a function that removes it."""
    global observers
    observers = (*observers, observer)

    def remove() -> None:
        global observers
        observers = tuple(other for other in observers if other is not observer)

    return remove


def logger() -> logging.Logger | None:
    """Returns the logger ``scalekit`` if it writes lines of level ``DEBUG``."""
    global _logger
    if _logger is None:
        # If nothing has imported `logging`, no logger is configured.
        get = getattr(sys.modules.get("logging"), "getLogger", None)
        if get is None:
            return None
        _logger = get("scalekit")
    return _logger if _logger.isEnabledFor(_DEBUG) else None


def write_log() -> None:
    """Writes the lines of the logger ``scalekit`` to the standard error stream, for
    ``SCALEKIT_LOG=debug``. Does nothing if the application has configured the logger.
    """
    import logging

    log = logging.getLogger("scalekit")
    log.setLevel(logging.DEBUG)
    if not log.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        # If the application configures the root logger later, that one writes the lines.
        handler.addFilter(lambda _: not logging.root.handlers)
        log.addHandler(handler)


def caller(call: Callable[..., Any]) -> Callable[..., Any]:
    """Returns `call`, a method of the native client. If there are observers, it is observed."""
    return partial(_observe, call) if observers or logger() else call


def async_caller(invoke: Callable[..., Any]) -> Callable[..., Any]:
    """Returns `invoke`, which awaits a method of the native client; see :func:`caller`."""
    return partial(_observe_async, invoke) if observers or logger() else invoke


def _observe(call: Callable[..., Any], *arguments: Any) -> Any:
    from scalekit._runtime.observation import Observation

    with Observation(arguments[0]) as recording:
        return call(*arguments, recording=recording)


async def _observe_async(
    invoke: Callable[..., Any], call: Callable[..., Any], *arguments: Any
) -> Any:
    from scalekit._runtime.observation import Observation

    with Observation(arguments[0]) as recording:
        return await invoke(partial(call, recording=recording), *arguments)

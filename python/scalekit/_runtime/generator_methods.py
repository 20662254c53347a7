"""Methods that are written once, for a blocking and an async class.

A method is a generator. It yields the results of service methods and of other functions, and
receives the values. In a :class:`Blocking` class, the yielded results are the values. In an
:class:`Async` class, they are awaited::

    @method
    def get(self, name: str) -> Steps[Model]:
        message, _ = yield self.service.get(name)
        return Model.from_proto(message)

An unknown argument is rejected. The error suggests the accepted name.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from scalekit._runtime.names import Suggesting, unknown_name
from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    from typing_extensions import Self

P = ParamSpec("P")
R = TypeVar("R")
Function = TypeVar("Function", bound=Callable[..., Any])

Steps = Generator[Any, Any, R]
"""The type of a method: it returns `R`."""


def run(steps: Generator[Any, Any, R]) -> R:
    """Runs a method whose steps are values."""
    try:
        value = next(steps)
        while True:
            value = steps.send(value)
    except StopIteration as stop:
        result: R = stop.value
        return result


async def run_async(steps: Generator[Any, Any, R]) -> R:
    """Runs a method whose steps are values or awaitables."""
    try:
        value = next(steps)
        while True:
            try:
                result = await value if inspect.isawaitable(value) else value
            except BaseException as error:
                value = steps.throw(error)
            else:
                value = steps.send(result)
    except StopIteration as stop:
        final: R = stop.value
        return final


def accepts(
    *, instead: dict[str, str] | None = None, unused: dict[str, str] | None = None
) -> Callable[[Function], Function]:
    """Adds names of arguments that the documentation of Scalekit uses.

    Args:
        instead: other names of arguments.
        unused: names of arguments that have no effect, each with the text of a warning.
    """

    def decorate(function: Function) -> Function:
        vars(function).update(_instead=instead or {}, _unused=unused or {})
        return function

    return decorate


class method(Generic[P, R]):
    """A method that is a generator. See the documentation of this module."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Generator[Any, Any, R]]) -> None:
        """Stores the generator function and its parameters."""
        self.steps = steps
        code = steps.__code__
        self.names = frozenset(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])
        # For documentation, the method returns `R`.
        returned = str(steps.__annotations__.get("return", ""))
        if returned.startswith("Steps["):
            steps.__annotations__["return"] = returned[len("Steps[") : -1]

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Blocking, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, instance: Async, owner: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, instance: object, owner: type) -> Any:
        """Type checkers read the overloads. At run time, classes replace their methods."""
        return self

    def blocking(self) -> Callable[..., Any]:
        """Returns the method of a blocking class."""
        steps, names = self.steps, self.names

        @functools.wraps(steps)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not kwargs.keys() <= names:
                kwargs = _known(steps, names, kwargs)
            return run(steps(self, *args, **kwargs))

        return call

    def awaitable(self) -> Callable[..., Any]:
        """Returns the method of an async class."""
        steps, names = self.steps, self.names

        @functools.wraps(steps)
        async def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not kwargs.keys() <= names:
                kwargs = _known(steps, names, kwargs)
            return await run_async(steps(self, *args, **kwargs))

        return call


class Blocking(Suggesting):
    """Base of a class whose methods block and return their results."""

    def __init_subclass__(cls) -> None:
        """Creates the methods."""
        super().__init_subclass__()
        for name, declared in _methods(cls):
            setattr(cls, name, declared.blocking())


class Async(Suggesting):
    """Base of a class whose methods are coroutine functions."""

    def __init_subclass__(cls) -> None:
        """Creates the methods."""
        super().__init_subclass__()
        for name, declared in _methods(cls):
            setattr(cls, name, declared.awaitable())


def _methods(kind: type) -> list[tuple[str, method[Any, Any]]]:
    found = {name: getattr(kind, name, None) for base in kind.__mro__ for name in vars(base)}
    return [(name, value) for name, value in found.items() if isinstance(value, method)]


def _known(
    steps: Callable[..., Any], names: frozenset[str], given: dict[str, Any]
) -> dict[str, Any]:
    """Replaces documented names of arguments. Rejects unknown names."""
    instead, unused = vars(steps).get("_instead", {}), vars(steps).get("_unused", {})
    result: dict[str, Any] = {}
    for name, value in given.items():
        if name in unused:
            text = f"{name} has no effect in {steps.__name__}(); {unused[name]}"
            warnings.warn(text, UserWarning, stacklevel=3)
            continue
        known = instead.get(name, name)
        if known not in names:
            accepted = list(inspect.signature(steps).parameters)[1:]
            raise ScalekitArgumentException(unknown_name(f"{steps.__name__}()", name, accepted))
        if known in result or (known != name and known in given):
            raise ScalekitArgumentException(f"{name} and {known} are the same; pass only one")
        result[known] = value
    return result

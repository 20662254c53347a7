"""Puts the arguments of a method into its request message.

What a field takes is read off its descriptor, once a field: an enum also by the name of its value, a message
also as a mapping, a time also as a ``datetime`` or in RFC 3339, and so on. Whatever does not fit is refused
before anything is sent, with the operation and the parameter in the exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scalekit._runtime.conversions import Misfit, converter, from_mapping
from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from google.protobuf.message import Message

Fields = Mapping[str, Any]
"""A message as a mapping: names of fields and their values, as in its JSON form."""

_NO_MESSAGES: Mapping[str, str] = {}

_fillers: dict[tuple[type[Message], str], Callable[[Any, Any], None]] = {}


class Arguments:
    """The request of one call while its arguments are put into it."""

    __slots__ = ("_given", "_invalid", "_missing", "operation", "request")

    def __init__(
        self,
        operation: str,
        request: type[Message],
        missing: Mapping[str, str] = _NO_MESSAGES,
        invalid: Mapping[str, str] = _NO_MESSAGES,
    ) -> None:
        """Start with an empty request.

        Args:
            operation: name of the operation, for errors.
            request: class of the request message.
            missing: error messages for missing parameters, by parameter; ``*`` is for all others.
            invalid: error messages for enum values that do not exist, by parameter.
        """
        self.operation = operation
        self._missing = missing
        self._invalid = invalid
        self.request: Any = request()
        self._given: dict[str, str] = {}

    def required(self, name: str, value: Any, path: str = "") -> None:
        """Fill the field at `path`, by default the one called `name`, and refuse ``None``."""
        # An empty id or token would turn the request into one for another operation.
        if value is None or value == "":
            problem = f"{name} must not be {'None' if value is None else 'empty'}"
            self._refuse(problem, message=self._for_missing(name))
        self._fill(name, value, path or name)

    def optional(self, name: str, value: Any, path: str = "") -> None:
        """Fill the field at `path`, by default the one called `name`, unless the value is ``None``."""
        if value is not None:
            self._fill(name, value, path or name)
            self._given[name] = path or name

    def hold(self, path: str) -> None:
        """Make the message at `path` part of the request, even if none of its fields get filled."""
        holder = self.request
        for field in path.split("."):
            holder = getattr(holder, field)
        holder.SetInParent()

    def needs(self, *sets: Mapping[str, Any]) -> None:
        """Refuse arguments in which none of these sets of parameters is complete.

        If the first parameter of a set is given, the error is about the rest of that set.
        """
        missing = [[name for name, value in given.items() if value is None or value == ""] for given in sets]
        if not all(missing):
            return
        firsts = [next(iter(given)) for given in sets]
        begun = [names for names, first in zip(missing, firsts, strict=True) if first not in names]
        choice = self._missing.get(" or ".join(firsts)) if len(sets) > 1 and not begun else None
        message = choice or self._for_missing((begun or missing)[0][0])
        alternatives = ", or ".join(" and ".join(given) for given in sets)
        comma = "," if len(sets) > 1 else ""
        self._refuse(f"{alternatives}{comma} must be given", message=message)

    def unset(self, path: str, message: str) -> None:
        """Refuse a request in which the field at `path` is set."""
        value = self.request
        for field in path.split("."):
            value = getattr(value, field)
        if value:
            self._refuse(f"{path} must not be set", message=message)

    def first(self, *values: Any) -> Iterator[Any]:
        """Keep the first value that is given and not empty, and turn the others into ``None``."""
        found = False
        for value in values:
            counts = not found and value is not None and value != ""
            found = found or counts
            yield value if counts else None

    def one_of(self, *names: str) -> None:
        """Refuse any other number than one of these optional parameters."""
        count = sum(name in self._given for name in names)
        if count != 1:
            message = None if count else self._missing.get(" or ".join(names))
            self._refuse(f"takes exactly one of {' and '.join(names)}", message=message)

    def mask(self, field: str, below: str) -> None:
        """Name the optional fields filled `below` a message in a field mask, so that only those change."""
        paths = [path.partition(".")[2] for path in self._given.values() if path.startswith(below + ".")]
        getattr(self.request, field).paths.extend(paths)

    def _fill(self, name: str, value: Any, path: str) -> None:
        key = (type(self.request), path)
        filler = _fillers.get(key)
        if filler is None:
            filler = _fillers[key] = _filler(type(self.request), path)
        message = None
        try:
            filler(self.request, value)
        except Misfit as misfit:
            problem, cause = str(misfit), misfit.__cause__
            if misfit.options and name in self._invalid:
                message = self._invalid[name].format(value=value, options=misfit.options)
        except (TypeError, ValueError):
            # The runtimes' own words hold the value.
            problem, cause = " holds what no message can carry", None
        else:
            return
        # Not within the handler, or the exception would take what it replaces along.
        self._refuse(f"{name}{problem}", cause, message)

    def _for_missing(self, name: str) -> str | None:
        message = self._missing.get(name) or self._missing.get("*")
        return None if message is None else message.format(name=name)

    def _refuse(
        self, problem: str, cause: BaseException | None = None, message: str | None = None
    ) -> NoReturn:
        if message is None:
            raise ScalekitArgumentException(problem, operation=self.operation) from cause
        raise ScalekitArgumentException(message, operation=self.operation, detail=problem) from cause


def _filler(request: type[Message], path: str) -> Callable[[Any, Any], None]:
    """Make the function that puts a value into the field of a request at `path`."""
    if path == "*":
        return _merge
    plain, _, text_field = path.removesuffix("]").partition("[")
    *outer, last = plain.split(".")
    descriptor: Any = request.DESCRIPTOR
    for name in outer:
        descriptor = descriptor.fields_by_name[name].message_type
    field = descriptor.fields_by_name[last]
    convert = converter(field, text_field)
    oneof = field.containing_oneof
    others = [other.name for other in oneof.fields if other is not field] if oneof else []

    def fill(message: Any, value: Any) -> None:
        for name in outer:
            message = getattr(message, name)
        for other in others:
            if message.HasField(other):
                raise Misfit(f" and {other} exclude each other")
        convert(message, value)

    return fill


def _merge(request: Any, value: Any) -> None:
    added = type(request)()
    from_mapping(added, value)
    request.MergeFrom(added)

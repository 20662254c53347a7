"""Conversion of a method's arguments to its request message.

The accepted types of a field follow from its descriptor: an enum also by name, a message also as a
mapping, a time also as a ``datetime`` or in RFC 3339, and so on. Invalid arguments are rejected
before a request is sent, with the operation and the parameter in the exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scalekit._runtime.conversions import (
    ConversionError,
    Convert,
    converter,
    from_mapping,
    is_text_field,
)
from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from google.protobuf.message import Message

Fields = Mapping[str, Any]
"""A message as a mapping of field names to values, as in its JSON form."""

_NO_MESSAGES: Mapping[str, str] = {}


class _Setters(dict["tuple[type[Message], str]", "Callable[[Arguments, str, Any], None]"]):
    """The functions that set a field of a request, by the class of the request and the path."""

    def __missing__(self, key: tuple[type[Message], str]) -> Callable[[Arguments, str, Any], None]:
        setter = self[key] = _setter(*key)
        return setter


_setters = _Setters()


class Arguments:
    """Builds the request message of one call."""

    __slots__ = ("_invalid", "_missing", "_paths", "operation", "request")

    def __init__(
        self,
        operation: str,
        request: type[Message],
        missing: Mapping[str, str] = _NO_MESSAGES,
        invalid: Mapping[str, str] = _NO_MESSAGES,
    ) -> None:
        """Creates an empty request.

        Args:
            operation: name of the operation, for errors.
            request: class of the request message.
            missing: error messages for missing parameters, by parameter; ``*`` applies to all
                others.
            invalid: error messages for unknown enum values, by parameter.
        """
        self.operation = operation
        self._missing = missing
        self._invalid = invalid
        self.request: Any = request()
        # The paths of the optional fields that are set, by parameter.
        self._paths: dict[str, str] = {}

    def required(self, name: str, value: Any, path: str = "") -> None:
        """Sets the field at `path`, by default the field `name`. Rejects ``None`` and ``""``."""
        # An empty id or token would turn the request into one for another operation.
        if value is None or value == "":
            problem = f"{name} must not be {'None' if value is None else 'empty'}"
            self._reject(problem, message=self._missing_message(name))
        _setters[type(self.request), path or name](self, name, value)

    def optional(self, name: str, value: Any, path: str = "") -> None:
        """Sets the field at `path`, by default the field `name`, unless the value is ``None``."""
        if value is not None:
            path = path or name
            _setters[type(self.request), path](self, name, value)
            self._paths[name] = path

    def hold(self, path: str) -> None:
        """Makes the message at `path` present in the request, even without any fields."""
        message = self.request
        for field in path.split("."):
            message = getattr(message, field)
        message.SetInParent()

    def needs(self, *sets: Mapping[str, Any]) -> None:
        """Rejects the arguments unless at least one of these sets of parameters is complete.

        If the first parameter of a set is given, the error names the missing ones of that set.
        """
        missing = [
            [name for name, value in given.items() if value is None or value == ""]
            for given in sets
        ]
        if not all(missing):
            return
        firsts = [next(iter(given)) for given in sets]
        started = [
            names for names, first in zip(missing, firsts, strict=True) if first not in names
        ]
        choice = self._missing.get(" or ".join(firsts)) if len(sets) > 1 and not started else None
        message = choice or self._missing_message((started or missing)[0][0])
        alternatives = ", or ".join(" and ".join(given) for given in sets)
        comma = "," if len(sets) > 1 else ""
        self._reject(f"{alternatives}{comma} must be given", message=message)

    def unset(self, path: str, message: str) -> None:
        """Rejects a request in which the field at `path` is set."""
        value = self.request
        for field in path.split("."):
            value = getattr(value, field)
        if value:
            self._reject(f"{path} must not be set", message=message)

    def first(self, *values: Any) -> Iterator[Any]:
        """Yields the values with all but the first non-empty value replaced by ``None``."""
        found = False
        for value in values:
            use = not found and value is not None and value != ""
            found = found or use
            yield value if use else None

    def one_of(self, *names: str) -> None:
        """Rejects the arguments unless exactly one of these optional parameters is given."""
        count = sum(name in self._paths for name in names)
        if count != 1:
            message = None if count else self._missing.get(" or ".join(names))
            self._reject(f"exactly one of {' and '.join(names)} must be given", message=message)

    def mask(self, field: str, below: str) -> None:
        """Adds the optional fields set in the message `below` to a field mask, so that an update
        changes only these.
        """
        paths = [
            path.partition(".")[2] for path in self._paths.values() if path.startswith(below + ".")
        ]
        getattr(self.request, field).paths.extend(paths)

    def _invalid_value(
        self,
        name: str,
        value: Any,
        problem: str,
        options: list[str] | None,
        cause: BaseException | None,
    ) -> NoReturn:
        message = None
        if options and name in self._invalid:
            message = self._invalid[name].format(value=value, options=options)
        self._reject(f"{name}{problem}", cause, message)

    def _missing_message(self, name: str) -> str | None:
        message = self._missing.get(name) or self._missing.get("*")
        return None if message is None else message.format(name=name)

    def _reject(
        self, problem: str, cause: BaseException | None = None, message: str | None = None
    ) -> NoReturn:
        if message is None:
            raise ScalekitArgumentException(problem, operation=self.operation) from cause
        raise ScalekitArgumentException(
            message, operation=self.operation, detail=problem
        ) from cause


def _setter(request: type[Message], path: str) -> Callable[[Arguments, str, Any], None]:
    """Creates the function that sets the field of a request at `path` to an argument."""
    if path == "*":
        return _field_setter(_merge, [], [])
    plain, _, text_field = path.removesuffix("]").partition("[")
    *outer, last = plain.split(".")
    descriptor: Any = request.DESCRIPTOR
    for name in outer:
        descriptor = descriptor.fields_by_name[name].message_type
    field = descriptor.fields_by_name[last]
    oneof = field.containing_oneof
    others = [other.name for other in oneof.fields if other is not field] if oneof else []
    set_field = _field_setter(converter(field, text_field), outer, others)
    if outer or not is_text_field(field):
        return set_field

    def set_text(arguments: Arguments, name: str, value: Any) -> None:
        # Most arguments are ids, so this case has a fast path.
        request = arguments.request
        if type(value) is str and value.isascii() and not any(map(request.HasField, others)):
            setattr(request, last, value)
        else:
            set_field(arguments, name, value)

    return set_text


def _field_setter(
    convert: Convert, outer: list[str], others: list[str]
) -> Callable[[Arguments, str, Any], None]:
    """Creates the function that sets a field below the messages `outer` with `convert`.

    It rejects the argument if one of the fields `others` of the same oneof is set.
    """

    def set_field(arguments: Arguments, name: str, value: Any) -> None:
        message, options, cause = arguments.request, None, None
        for step in outer:
            message = getattr(message, step)
        try:
            for other in others:
                if message.HasField(other):
                    raise ConversionError(f" and {other} are mutually exclusive")
            convert(message, value)
        except ConversionError as error:
            problem, options, cause = str(error), error.options, error.__cause__
        except (TypeError, ValueError):
            # The runtime's own message contains the value, which may be a secret.
            problem = " contains a value that cannot be encoded"
        else:
            return
        # Raised outside of the handler: otherwise ``__context__`` would contain the caught
        # exception.
        arguments._invalid_value(name, value, problem, options, cause)

    return set_field


def _merge(request: Any, value: Any) -> None:
    other = type(request)()
    from_mapping(other, value)
    request.MergeFrom(other)

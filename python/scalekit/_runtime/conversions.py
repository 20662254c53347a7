"""What each kind of field takes from Python, beyond what protobuf's runtime accepts by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from scalekit._runtime.validate import is_text

Convert = Callable[[Any, Any], None]
"""Takes the message that has the field, and the value for it."""

_WRAPPED = {
    "StringValue": str,
    "BytesValue": bytes,
    "BoolValue": bool,
    "Int32Value": int,
    "Int64Value": int,
    "UInt32Value": int,
    "UInt64Value": int,
    "FloatValue": float,
    "DoubleValue": float,
}
_SCALARS: dict[int, type] = {
    FieldDescriptor.CPPTYPE_STRING: str,
    FieldDescriptor.CPPTYPE_BOOL: bool,
    FieldDescriptor.CPPTYPE_FLOAT: float,
    FieldDescriptor.CPPTYPE_DOUBLE: float,
}


class Misfit(Exception):
    """A value that does not fit its field; the text continues after the name of the parameter.

    Args:
        problem: the text.
        options: names that an enum has, if the value is not one of them.
    """

    def __init__(self, problem: str, options: list[str] | None = None) -> None:
        """Keep the text and the options."""
        super().__init__(problem)
        self.options = options


def converter(field: Any, text_field: str = "") -> Convert:
    """Make the function that puts a value into a field.

    Args:
        field: descriptor of the field.
        text_field: for a list of messages: the field of an item that a string stands for.
    """
    name = field.name
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return _map(name, field.message_type.fields_by_name["value"])
    if _is_list(field):
        return _list(name, field, text_field)
    if field.message_type is not None:
        put = _message(field.message_type)
        return lambda message, value: put(getattr(message, name), value)
    check = _scalar(field)

    def assign(message: Any, value: Any) -> None:
        setattr(message, name, check(value))

    return assign


def _is_list(field: Any) -> bool:
    repeated = getattr(field, "is_repeated", None)
    # protobuf before 6.31 has only the label, which later ones warn of.
    return field.label == FieldDescriptor.LABEL_REPEATED if repeated is None else bool(repeated)


def _must_be(wanted: str, value: Any) -> Misfit:
    return Misfit(f" must be {wanted}, not {type(value).__name__}")


def _scalar(field: Any) -> Callable[[Any], Any]:
    """Make the function that checks a single scalar or enum value and returns what the field takes."""
    if field.enum_type is not None:
        return _enum(field.enum_type)
    kind = bytes if field.type == FieldDescriptor.TYPE_BYTES else _SCALARS.get(field.cpp_type, int)
    return _checked(kind, _bounds(field.cpp_type))


def _bounds(cpp_type: int) -> tuple[int, int] | None:
    return {
        FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
        FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
        FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
        FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
    }.get(cpp_type)


def _checked(kind: type, bounds: tuple[int, int] | None) -> Callable[[Any], Any]:
    wanted = _a(kind.__name__)
    accepted: Any = (int, float) if kind is float else (kind,)

    def check(value: Any) -> Any:
        # A bool is an int to Python, but a mistake where a number is asked for.
        if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
            raise _must_be(wanted, value)
        if isinstance(value, str) and not is_text(value):
            raise Misfit(" holds a lone surrogate")
        if bounds is not None and not bounds[0] <= value <= bounds[1]:
            raise Misfit(f" must be between {bounds[0]} and {bounds[1]}, not {value}")
        return value

    return check


def _enum(enum: Any) -> Callable[[Any], int]:
    numbers = {value.name: value.number for value in enum.values}
    folded = {name.upper(): number for name, number in numbers.items()}
    options = list(numbers)
    # Most enums call their zero value something like X_UNSPECIFIED; the bare word will do.
    zero = enum.values_by_number[0].name
    if zero.upper().endswith("_UNSPECIFIED"):
        folded.setdefault("UNSPECIFIED", 0)
        options[options.index(zero)] = "UNSPECIFIED"
    number = _checked(int, _bounds(FieldDescriptor.CPPTYPE_INT32))

    def check(value: Any) -> int:
        if not isinstance(value, str):
            if isinstance(value, bool) or not isinstance(value, int):
                raise _must_be(f"a name or number of {enum.name}", value)
            return int(number(value))
        found = numbers.get(value)
        if found is None:
            found = folded.get(value.upper())
        if found is None:
            raise Misfit(f" must be one of {', '.join(numbers)}; {value!r} is none of them", options)
        return int(found)

    return check


def _list(name: str, field: Any, text_field: str) -> Convert:
    message_type = field.message_type
    put = _message(message_type) if message_type is not None else None
    check = None if put else _scalar(field)

    def extend(message: Any, values: Any) -> None:
        # A string is a sequence of strings to Python, but one forgotten pair of brackets to its author.
        if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
            raise _must_be("a list", values)
        container = getattr(message, name)
        for place, value in enumerate(values):
            try:
                if check is not None:
                    container.append(check(value))
                elif text_field and isinstance(value, str):
                    setattr(container.add(), text_field, value)
                elif put is not None:
                    put(container.add(), value)
            except Misfit as misfit:
                raise Misfit(f"[{place}]{misfit}") from misfit.__cause__

    return extend


def _map(name: str, value_field: Any) -> Convert:
    check = _scalar(value_field)

    def update(message: Any, values: Any) -> None:
        if not isinstance(values, Mapping):
            raise _must_be("a dict", values)
        container = getattr(message, name)
        for key, value in values.items():
            if not isinstance(key, str):
                raise Misfit(f" must have keys of type str, not {type(key).__name__}")
            if not is_text(key):
                raise Misfit(" has a key with a lone surrogate")
            try:
                container[key] = check(value)
            except Misfit as misfit:
                raise Misfit(f"[{key!r}]{misfit}") from misfit.__cause__

    return update


def _message(descriptor: Any) -> Convert:
    """Make the function that puts a value into an empty message."""
    if descriptor.file.package != "google.protobuf":
        return from_mapping
    known: dict[str, Convert] = {
        "Timestamp": _timestamp,
        "Duration": _duration,
        "FieldMask": _field_mask,
        "ListValue": _list_value,
    }
    if descriptor.name in _WRAPPED:
        return _wrapper(descriptor)
    return known.get(descriptor.name, from_mapping)


def _copied(message: Any, value: Any) -> bool:
    """Copy a value that is such a message already."""
    if not isinstance(value, type(message)):
        return False
    message.CopyFrom(value)
    # A copy of an empty message leaves no trace otherwise.
    message.SetInParent()
    return True


def from_mapping(message: Any, value: Any) -> None:
    """Put the fields of a mapping into a message, or of a message of its own type."""
    if _copied(message, value):
        return
    name = message.DESCRIPTOR.name
    if not isinstance(value, Mapping):
        raise _must_be(f"{_a(name)} or a dict of its fields", value)
    _parse(message, dict(value), _a(name))


def _parse(message: Any, value: Any, wanted: str) -> None:
    # Loaded when it is needed: most callers pass messages.
    from google.protobuf.json_format import ParseDict, ParseError

    try:
        ParseDict(value, message)
    except ParseError as error:
        raise Misfit(f" is not {wanted}: {' '.join(str(error).split())}") from None
    message.SetInParent()


def _a(name: str) -> str:
    return f"{'an' if name[:1].upper() in 'AEIOU' else 'a'} {name}"


def _wrapper(descriptor: Any) -> Convert:
    field = descriptor.fields_by_name["value"]
    check = _checked(_WRAPPED[descriptor.name], _bounds(field.cpp_type))

    def put(message: Any, value: Any) -> None:
        if not _copied(message, value):
            message.value = check(value)
            message.SetInParent()

    return put


def _timestamp(message: Any, value: Any) -> None:
    if _copied(message, value):
        return
    try:
        if isinstance(value, str):
            value = _parsed(message, value)
        if isinstance(value, datetime):
            message.FromDatetime(value)
        if value is None or isinstance(value, datetime):
            message.SetInParent()
            return
    except ValueError as error:
        raise Misfit(f" is not a time: {error}") from None
    raise _must_be("a datetime, a str in RFC 3339 or a Timestamp", value)


def _parsed(message: Any, text: str) -> datetime | None:
    """Read RFC 3339 into the message, or return what else ISO 8601 allows: a date, a time without offset."""
    try:
        message.FromJsonString(text)
    except ValueError:
        return datetime.fromisoformat(text)
    return None


def _duration(message: Any, value: Any) -> None:
    if _copied(message, value):
        return
    try:
        if isinstance(value, str):
            message.FromJsonString(value)
        elif isinstance(value, timedelta):
            message.FromTimedelta(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            message.FromTimedelta(timedelta(seconds=value))
        else:
            raise _must_be("a timedelta, a number of seconds or a Duration", value)
    except (ValueError, OverflowError) as error:
        raise Misfit(f" is not a duration: {error}") from None
    message.SetInParent()


def _field_mask(message: Any, value: Any) -> None:
    if _copied(message, value):
        return
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise _must_be("a list of field names or a FieldMask", value)
    for path in value:
        if not isinstance(path, str):
            raise Misfit(f" must hold names of type str, not {type(path).__name__}")
        message.paths.append(path)
    message.SetInParent()


def _list_value(message: Any, value: Any) -> None:
    if _copied(message, value):
        return
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise _must_be("a list or a ListValue", value)
    values = [item.to_dict() if hasattr(item, "to_dict") else item for item in value]
    _parse(message, values, "a list of JSON values")

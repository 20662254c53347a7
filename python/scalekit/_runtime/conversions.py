"""Conversion of Python values to the fields of a message.

Each kind of field accepts more types than protobuf's runtime does, such as mappings for messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from scalekit._runtime.validate import is_text

Convert = Callable[[Any, Any], None]
"""Sets a field: the first argument is the message that has the field, the second one is the value.
"""

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


class ConversionError(Exception):
    """A value that its field does not accept. The text continues the name of the parameter.

    Args:
        problem: the text.
        options: the names of an enum, if the value is not one of them.
    """

    def __init__(self, problem: str, options: list[str] | None = None) -> None:
        """Stores the text and the options."""
        super().__init__(problem)
        self.options = options


def converter(field: Any, text_field: str = "") -> Convert:
    """Creates the function that sets a field.

    Args:
        field: descriptor of the field.
        text_field: in a list of messages, a string sets this field of a new item.
    """
    name = field.name
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return _map(name, field.message_type.fields_by_name["value"])
    if _is_list(field):
        return _list(name, field, text_field)
    if field.message_type is not None:
        fill = _message(field.message_type)
        return lambda message, value: fill(getattr(message, name), value)
    check = _scalar(field)

    def assign(message: Any, value: Any) -> None:
        setattr(message, name, check(value))

    return assign


def is_text_field(field: Any) -> bool:
    """Returns ``True`` for a field with a single string."""
    return bool(field.type == FieldDescriptor.TYPE_STRING and not _is_list(field))


def _is_list(field: Any) -> bool:
    repeated = getattr(field, "is_repeated", None)
    # protobuf before 6.31 has only the label, which is deprecated in later versions.
    return field.label == FieldDescriptor.LABEL_REPEATED if repeated is None else bool(repeated)


def _type_error(expected: str, value: Any) -> ConversionError:
    return ConversionError(f" must be {expected}, not {type(value).__name__}")


def _scalar(field: Any) -> Callable[[Any], Any]:
    """Creates the function that validates a scalar or enum value and returns it for assignment."""
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
    expected = _with_article(kind.__name__)
    accepted: Any = (int, float) if kind is float else (kind,)

    def check(value: Any) -> Any:
        # ``bool`` is a subclass of ``int``, but a bool in place of a number is a mistake.
        if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
            raise _type_error(expected, value)
        if isinstance(value, str) and not is_text(value):
            raise ConversionError(" contains a lone surrogate")
        if bounds is not None and not bounds[0] <= value <= bounds[1]:
            raise ConversionError(f" must be between {bounds[0]} and {bounds[1]}, not {value}")
        return value

    return check


def _enum(enum: Any) -> Callable[[Any], int]:
    numbers = {value.name: value.number for value in enum.values}
    folded = {name.upper(): number for name, number in numbers.items()}
    options = list(numbers)
    # The name of the zero value is usually X_UNSPECIFIED. UNSPECIFIED alone is accepted too.
    zero = enum.values_by_number[0].name
    if zero.upper().endswith("_UNSPECIFIED"):
        folded.setdefault("UNSPECIFIED", 0)
        options[options.index(zero)] = "UNSPECIFIED"
    check_number = _checked(int, _bounds(FieldDescriptor.CPPTYPE_INT32))

    def check(value: Any) -> int:
        if not isinstance(value, str):
            if isinstance(value, bool) or not isinstance(value, int):
                raise _type_error(f"a name or number of {enum.name}", value)
            return int(check_number(value))
        number = numbers.get(value)
        if number is None:
            number = folded.get(value.upper())
        if number is None:
            raise ConversionError(f" must be one of {', '.join(numbers)}, not {value!r}", options)
        return int(number)

    return check


def _list(name: str, field: Any, text_field: str) -> Convert:
    message_type = field.message_type
    fill = _message(message_type) if message_type is not None else None
    check = None if fill else _scalar(field)

    def extend(message: Any, values: Any) -> None:
        # A string is iterable, but in place of a list it is a mistake.
        if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
            raise _type_error("a list", values)
        container = getattr(message, name)
        for index, value in enumerate(values):
            try:
                if check is not None:
                    container.append(check(value))
                elif text_field and isinstance(value, str):
                    setattr(container.add(), text_field, value)
                elif fill is not None:
                    fill(container.add(), value)
            except ConversionError as error:
                raise ConversionError(f"[{index}]{error}") from error.__cause__

    return extend


def _map(name: str, value_field: Any) -> Convert:
    check = _scalar(value_field)

    def update(message: Any, values: Any) -> None:
        if not isinstance(values, Mapping):
            raise _type_error("a dict", values)
        container = getattr(message, name)
        for key, value in values.items():
            if not isinstance(key, str):
                raise ConversionError(f" must have keys of type str, not {type(key).__name__}")
            if not is_text(key):
                raise ConversionError(" has a key with a lone surrogate")
            try:
                container[key] = check(value)
            except ConversionError as error:
                raise ConversionError(f"[{key!r}]{error}") from error.__cause__

    return update


def _message(descriptor: Any) -> Convert:
    """Creates the function that fills an empty message with a value."""
    if descriptor.file.package != "google.protobuf":
        return from_mapping
    well_known: dict[str, Convert] = {
        "Timestamp": _timestamp,
        "Duration": _duration,
        "FieldMask": _field_mask,
        "ListValue": _list_value,
    }
    if descriptor.name in _WRAPPED:
        return _wrapper(descriptor)
    return well_known.get(descriptor.name, from_mapping)


def _copy_message(message: Any, value: Any) -> bool:
    """Copies `value` if it is a message of the same type. Returns ``False`` otherwise."""
    if not isinstance(value, type(message)):
        return False
    message.CopyFrom(value)
    # Copying an empty message does not make the field present.
    message.SetInParent()
    return True


def from_mapping(message: Any, value: Any) -> None:
    """Fills a message with the fields of a mapping, or of a message of the same type."""
    if _copy_message(message, value):
        return
    name = _with_article(message.DESCRIPTOR.name)
    if not isinstance(value, Mapping):
        raise _type_error(f"{name} or a dict of its fields", value)
    _parse(message, dict(value), name)


def _parse(message: Any, value: Any, expected: str) -> None:
    # Loaded lazily: most callers pass messages.
    from google.protobuf.json_format import ParseDict, ParseError

    try:
        ParseDict(value, message)
    except ParseError as error:
        raise ConversionError(f" is not {expected}: {' '.join(str(error).split())}") from None
    message.SetInParent()


def _with_article(name: str) -> str:
    return f"{'an' if name[:1].upper() in 'AEIOU' else 'a'} {name}"


def _wrapper(descriptor: Any) -> Convert:
    field = descriptor.fields_by_name["value"]
    check = _checked(_WRAPPED[descriptor.name], _bounds(field.cpp_type))

    def fill(message: Any, value: Any) -> None:
        if not _copy_message(message, value):
            message.value = check(value)
            message.SetInParent()

    return fill


def _timestamp(message: Any, value: Any) -> None:
    if _copy_message(message, value):
        return
    try:
        if isinstance(value, str):
            value = _parse_time(message, value)
        if isinstance(value, datetime):
            message.FromDatetime(value)
        if value is None or isinstance(value, datetime):
            message.SetInParent()
            return
    except ValueError as error:
        raise ConversionError(f" is not a time: {error}") from None
    raise _type_error("a datetime, a str in RFC 3339 or a Timestamp", value)


def _parse_time(message: Any, text: str) -> datetime | None:
    """Parses RFC 3339 into the message. Returns a ``datetime`` for other ISO 8601 formats, such as
    a date or a time without an offset.
    """
    try:
        message.FromJsonString(text)
    except ValueError:
        return datetime.fromisoformat(text)
    return None


def _duration(message: Any, value: Any) -> None:
    if _copy_message(message, value):
        return
    try:
        if isinstance(value, str):
            message.FromJsonString(value)
        elif isinstance(value, timedelta):
            message.FromTimedelta(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            message.FromTimedelta(timedelta(seconds=value))
        else:
            raise _type_error("a timedelta, a number of seconds or a Duration", value)
    except (ValueError, OverflowError) as error:
        raise ConversionError(f" is not a duration: {error}") from None
    message.SetInParent()


def _field_mask(message: Any, value: Any) -> None:
    if _copy_message(message, value):
        return
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise _type_error("a list of field names or a FieldMask", value)
    for path in value:
        if not isinstance(path, str):
            raise ConversionError(f" must contain names of type str, not {type(path).__name__}")
        message.paths.append(path)
    message.SetInParent()


def _list_value(message: Any, value: Any) -> None:
    if _copy_message(message, value):
        return
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise _type_error("a list or a ListValue", value)
    values = [item.to_dict() if hasattr(item, "to_dict") else item for item in value]
    _parse(message, values, "a list of JSON values")

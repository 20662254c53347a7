"""Functions that read the fields of a model from a protobuf message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from scalekit._runtime.json_values import from_struct, from_value

if TYPE_CHECKING:
    from scalekit._runtime.model import Model
    from scalekit._runtime.model_fields import FieldInfo

Read = Callable[[Any], Any]


def readers_of(kind: type[Model], message: Any) -> list[tuple[str, Read]]:
    """Returns the name and the reader of each field of the class `kind`.

    A field that the message does not have gets its default.

    Args:
        kind: the class of the model.
        message: the descriptor of the message.
    """
    hints = get_type_hints(kind)
    result = []
    for name, info in kind.model_fields.items():
        descriptor = message.fields_by_name.get(info.source or name)
        if info.read is not None:
            read = info.read
        elif descriptor is None:
            read = _default(info)
        else:
            read = _reader(descriptor, info, hints[name])
        result.append((name, read))
    return result


def _default(info: FieldInfo) -> Read:
    return lambda message: info.make_default()


def _reader(descriptor: Any, info: FieldInfo, hint: Any) -> Read:
    name, message = descriptor.name, descriptor.message_type
    if message is not None and message.GetOptions().map_entry:
        return lambda owner: dict(getattr(owner, name))
    if _is_repeated(descriptor):
        if message is None:
            return lambda owner: list(getattr(owner, name))
        item = _model(hint)
        return lambda owner: [item.from_proto(value) for value in getattr(owner, name)]
    if message is not None:
        return _present(name, _message(message, hint))
    if descriptor.enum_type is not None:
        return _enum(name, descriptor.enum_type)
    is_bool = descriptor.cpp_type == descriptor.CPPTYPE_BOOL
    if is_bool or info.keep_empty or info.required or info.default is not None:
        return lambda owner: getattr(owner, name)
    return lambda owner: getattr(owner, name) or None


def _is_repeated(descriptor: Any) -> bool:
    repeated = getattr(descriptor, "is_repeated", None)
    # protobuf before 6.31 has only the label, which is deprecated in later versions.
    return descriptor.label == descriptor.LABEL_REPEATED if repeated is None else bool(repeated)


def _present(name: str, convert: Callable[[Any], Any]) -> Read:
    def read(owner: Any) -> Any:
        return convert(getattr(owner, name)) if owner.HasField(name) else None

    return read


def _message(descriptor: Any, hint: Any) -> Callable[[Any], Any]:
    well_known: dict[str, Callable[[Any], Any]] = {
        "google.protobuf.Struct": from_struct,
        "google.protobuf.Timestamp": lambda value: value.ToDatetime(),
        "google.protobuf.BoolValue": lambda value: value.value,
        "google.protobuf.ListValue": lambda value: [from_value(item) for item in value.values],
    }
    known = well_known.get(descriptor.full_name)
    return _model(hint).from_proto if known is None else known


def _model(hint: Any) -> Any:
    """Returns the model in an annotation such as ``list[Tool] | None``."""
    inner = [parameter for parameter in get_args(hint) if parameter is not type(None)]
    return _model(inner[0]) if inner else hint


def _enum(name: str, enum: Any) -> Read:
    names = {value.number: value.name for value in enum.values if value.number}

    def read(owner: Any) -> str | None:
        number = getattr(owner, name)
        # A service that is newer than this package can send numbers without a name.
        return names.get(number, str(number)) if number else None

    return read

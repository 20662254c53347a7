"""Conversion between Python values and the JSON values of ``google.protobuf.Struct``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalekit._runtime.validate import is_text
from scalekit.common.exceptions import ScalekitArgumentException

# A Struct has only doubles. Larger integers would lose digits.
_EXACT = 2**53


def from_struct(struct: Any) -> dict[str, Any]:
    """Converts a ``Struct`` to a ``dict``. Whole numbers up to 2**53 become ``int``."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: Any) -> Any:
    """Converts a ``google.protobuf.Value``."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= _EXACT else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    return None


def json_object(name: str, value: Any) -> dict[str, Any]:
    """Returns a copy of a mapping that contains only JSON values.

    Args:
        name: the parameter, for errors. Errors contain no values, which may be secrets.
        value: a mapping or a ``Struct``.

    Raises:
        ScalekitArgumentException: the value is not a mapping, or contains a value that JSON cannot
            represent.
    """
    if not isinstance(value, Mapping):
        if getattr(getattr(value, "DESCRIPTOR", None), "full_name", "") == "google.protobuf.Struct":
            return from_struct(value)
        raise ScalekitArgumentException(f"{name} must be a dict, not {type(value).__name__}")
    return {_key(name, key): _json(f"{name}[{key!r}]", item) for key, item in value.items()}


def _key(name: str, key: Any) -> str:
    if not isinstance(key, str):
        raise ScalekitArgumentException(
            f"{name} must have keys of type str, not {type(key).__name__}"
        )
    return _text(name, key)


def _text(name: str, value: str) -> str:
    if not is_text(value):
        raise ScalekitArgumentException(f"{name} contains a lone surrogate")
    return value


def _json(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _text(name, value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return _number(name, value)
    if isinstance(value, Mapping):
        return json_object(name, value)
    if isinstance(value, (list, tuple)):
        return [_json(f"{name}[{index}]", item) for index, item in enumerate(value)]
    raise ScalekitArgumentException(f"{name} must be a JSON value, not {type(value).__name__}")


def _number(name: str, value: float) -> int | float:
    if isinstance(value, int):
        if abs(value) > _EXACT:
            raise ScalekitArgumentException(
                f"{name} is an integer beyond 2**53, which would lose digits; pass it as a str"
            )
    elif not abs(value) < float("inf"):
        raise ScalekitArgumentException(f"{name} must be a finite number")
    return value

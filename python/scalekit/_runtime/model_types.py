"""Functions that check the values of a model's fields, by the annotations of the fields."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from scalekit.common.exceptions import ScalekitArgumentException

Convert = Callable[[str, Any, bool], Any]
"""Returns the value for the field. The arguments are the name for errors, the value, and whether
nested models ignore unknown names. Errors contain no values, which may be secrets.
"""


def converters(kind: type[Any], model: type[Any]) -> dict[str, Convert]:
    """Returns the function for each field of the class `kind`, a subclass of `model`."""
    hints = get_type_hints(kind)
    return {name: _converter(hints[name], model) for name in kind.model_fields}


def _converter(hint: Any, model: type[Any]) -> Convert:
    origin, parameters = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        (inner,) = [parameter for parameter in parameters if parameter is not type(None)]
        return _optional(_converter(inner, model))
    if origin is list:
        return _list(_converter(parameters[0], model))
    if origin is dict:
        return _dict(_converter(parameters[1], model))
    if hint is datetime:
        return _time
    if isinstance(hint, type) and issubclass(hint, model):
        return _nested(hint)
    return _any if hint is Any else _exact(hint)


def _reject(name: str, expected: str, value: Any) -> NoReturn:
    raise ScalekitArgumentException(f"{name} must be {expected}, not {type(value).__name__}")


def _any(name: str, value: Any, ignore_unknown: bool) -> Any:
    return value


def _exact(kind: type) -> Convert:
    expected = "an int" if kind is int else f"a {kind.__name__}"

    def convert(name: str, value: Any, ignore_unknown: bool) -> Any:
        # ``bool`` is a subclass of ``int``, but a bool in place of a number is a mistake.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            _reject(name, expected, value)
        return value

    return convert


def _optional(inner: Convert) -> Convert:
    def convert(name: str, value: Any, ignore_unknown: bool) -> Any:
        return None if value is None else inner(name, value, ignore_unknown)

    return convert


def _list(inner: Convert) -> Convert:
    def convert(name: str, value: Any, ignore_unknown: bool) -> Any:
        if not isinstance(value, (list, tuple)):
            _reject(name, "a list", value)
        return [inner(f"{name}[{index}]", item, ignore_unknown) for index, item in enumerate(value)]

    return convert


def _dict(inner: Convert) -> Convert:
    def convert(name: str, value: Any, ignore_unknown: bool) -> Any:
        if not isinstance(value, Mapping):
            _reject(name, "a dict", value)
        for key in value:
            if not isinstance(key, str):
                _reject(f"each key of {name}", "a str", key)
        return {key: inner(f"{name}[{key!r}]", item, ignore_unknown) for key, item in value.items()}

    return convert


def _time(name: str, value: Any, ignore_unknown: bool) -> Any:
    if isinstance(value, str):
        # Python 3.10 does not accept the suffix "Z".
        text = value[:-1] + "+00:00" if value.endswith(("Z", "z")) else value
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        raise ScalekitArgumentException(f"{name} is not a time in ISO 8601")
    if not isinstance(value, datetime):
        _reject(name, "a datetime or a str in ISO 8601", value)
    return value


def _nested(kind: Any) -> Convert:
    def convert(name: str, value: Any, ignore_unknown: bool) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            _reject(name, f"a {kind.__name__} or a dict of its fields", value)
        return kind.model_validate(value) if ignore_unknown else kind(**value)

    return convert

"""Declarations of the fields of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

REQUIRED: Any = object()


class FieldInfo(NamedTuple):
    """The declaration of a field. Its type is the annotation in the class."""

    default: Any = REQUIRED
    factory: Callable[[], Any] | None = None
    wire: str = ""
    source: str = ""
    secret: bool = False
    keep_empty: bool = False
    always: bool = False
    read: Callable[[Any], Any] | None = None

    @property
    def required(self) -> bool:
        """``True`` if the field has no default."""
        return self.default is REQUIRED and self.factory is None

    def make_default(self) -> Any:
        """Returns the default value, a new one if it is mutable."""
        return self.factory() if self.factory is not None else self.default


def field(
    *,
    default: Any = REQUIRED,
    default_factory: Callable[[], Any] | None = None,
    wire: str = "",
    source: str = "",
    secret: bool = False,
    keep_empty: bool = False,
    always: bool = False,
    read: Callable[[Any], Any] | None = None,
) -> Any:
    """Declares a field with options.

    Args:
        default: the default. A field without a default is required.
        default_factory: creates a mutable default.
        wire: another accepted name, which is also the name of the field of the message.
        source: the name of the field of the message, if it differs.
        secret: ``repr`` does not show the value.
        keep_empty: an empty string or 0 of a message does not become ``None``.
        always: ``to_dict`` contains the field even if it has the default value; see
            ``CompactModel``.
        read: returns the value for a message.
    """
    return FieldInfo(
        default, default_factory, wire, source or wire, secret, keep_empty, always, read
    )


def is_default(info: FieldInfo, value: Any) -> bool:
    """Returns ``True`` if `value` is the default of a field."""
    return not info.required and bool(value == info.make_default())

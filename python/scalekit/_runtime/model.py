"""The base class of the models in ``scalekit.actions``.

A model declares its fields as annotations, as a dataclass does. The constructor and assignments
check the types. The methods ``model_dump``, ``model_validate`` and so on have the names of
pydantic, because applications for ``scalekit-sdk-python`` call them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar

from scalekit._runtime.annotations import Self
from scalekit._runtime.model_fields import REQUIRED, FieldInfo, is_default
from scalekit._runtime.model_fields import field as field
from scalekit._runtime.model_types import Convert, converters
from scalekit._runtime.names import unknown_name
from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):
        """Stands in for ``typing.dataclass_transform``, which type checkers read."""
        return lambda kind: kind


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class Model:
    """An object with typed fields.

    Assignments are checked like arguments of the constructor. Models are equal if their class and
    their fields are equal.
    """

    model_fields: ClassVar[dict[str, FieldInfo]] = {}
    """The declared fields by name."""

    _extra: ClassVar[bool] = False
    """Whether unknown keys become attributes."""

    _names: ClassVar[dict[str, str]] = {}
    """Each accepted name with the name of its field."""

    _readers: ClassVar[list[tuple[str, Callable[[Any], Any]]] | None] = None
    _types: ClassVar[dict[str, Convert] | None] = None

    def __init_subclass__(cls) -> None:
        """Collects the fields of the class."""
        super().__init_subclass__()
        cls.model_fields = dict(cls.model_fields)
        for name, annotation in get_annotations(cls).items():
            if name.startswith("_") or str(annotation).startswith("ClassVar"):
                continue
            value = cls.__dict__.get(name, REQUIRED)
            cls.model_fields[name] = value if isinstance(value, FieldInfo) else FieldInfo(value)
            if name in cls.__dict__:
                delattr(cls, name)
        cls._names = {name: name for name in cls.model_fields}
        cls._names |= {info.wire: name for name, info in cls.model_fields.items() if info.wire}
        cls._readers = cls._types = None

    def __init__(self, **values: Any) -> None:
        """Creates a model from the values of its fields.

        Raises:
            ScalekitArgumentException: a value has the wrong type, a required field is missing, or a
                name is unknown.
        """
        self._fill(values)
        self._check()

    def _fill(self, values: Mapping[str, Any], ignore_unknown: bool = False) -> None:
        given: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in values.items():
            known = self._names.get(name)
            if known is not None:
                given[known] = self._converted(known, value, ignore_unknown)
            elif self._extra:
                extra[name] = value
            elif not ignore_unknown:
                names = list(self.model_fields)
                raise ScalekitArgumentException(unknown_name(f"{type(self).__name__}", name, names))
        for name, info in self.model_fields.items():
            if name in given:
                continue
            if info.required:
                raise ScalekitArgumentException(f"{type(self).__name__}.{name} is required")
            given[name] = info.make_default()
        self.__dict__.update({name: given[name] for name in self.model_fields}, **extra)

    def _check(self) -> None:
        """Rejects combinations of values. Subclasses override it."""

    @classmethod
    def _converted(cls, name: str, value: Any, ignore_unknown: bool = False) -> Any:
        types = cls._types
        if types is None:
            types = cls._types = converters(cls, Model)
        return types[name](f"{cls.__name__}.{name}", value, ignore_unknown)

    def __setattr__(self, name: str, value: Any) -> None:
        """Assigns a field if the value has the right type."""
        known = self._names.get(name)
        if known is None:
            if not self._extra:
                names = list(self.model_fields)
                raise AttributeError(
                    unknown_name(type(self).__name__, name, names), name=name, obj=self
                )
            self.__dict__[name] = value
            return
        before = self.__dict__.get(known)
        self.__dict__[known] = self._converted(known, value)
        try:
            self._check()
        except ScalekitArgumentException:
            self.__dict__[known] = before
            raise

    # Hidden from type checkers, which report unknown attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Reads a field by its other name."""
            known = type(self)._names.get(name)
            if known is None or known == name:
                text = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(text, name=name, obj=self)
            return self.__dict__[known]

    @classmethod
    def _of(cls, values: dict[str, Any]) -> Self:
        """Creates a model from values that need no check."""
        model = cls.__new__(cls)
        model.__dict__.update(values)
        return model

    @classmethod
    def from_proto(cls, message: Any) -> Self:
        """Creates a model from a message of the API.

        Empty strings and times that are not set become ``None``. Times are in UTC, without a time
        zone. Enums become their names, or their numbers as text if the number is unknown.
        """
        readers = cls._readers
        if readers is None:
            from scalekit._runtime.model_readers import readers_of

            readers = cls._readers = readers_of(cls, message.DESCRIPTOR)
        return cls._of({name: read(message) for name, read in readers})

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """Creates a model from a mapping, or returns `obj` if it is a model of this class.

        Unknown keys are ignored, so that data of a newer version can be read.
        """
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping):
            raise ScalekitArgumentException(
                f"{cls.__name__} must be created from a dict, not {type(obj).__name__}"
            )
        model = cls.__new__(cls)
        model._fill(obj, ignore_unknown=True)
        model._check()
        return model

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray) -> Self:
        """Creates a model from JSON; see :meth:`model_validate`."""
        try:
            values = json.loads(json_data)
        except ValueError:
            # The exception of `json` contains the text, which may contain secrets.
            problem = f"{cls.__name__} must be created from valid JSON"
        else:
            return cls.model_validate(values)
        raise ScalekitArgumentException(problem)

    def model_dump(
        self,
        *,
        mode: str = "python",
        by_alias: bool = False,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_none: bool = False,
        exclude_defaults: bool = False,
    ) -> dict[str, Any]:
        """Returns the fields as a ``dict``, with nested models as ``dict``.

        Args:
            mode: ``"json"`` returns times as ISO 8601 text, ``"python"`` as ``datetime``.
            by_alias: use the names of the API: ``total_size`` for ``total_count``.
            include: only these fields.
            exclude: not these fields.
            exclude_none: omit fields that are ``None``.
            exclude_defaults: omit fields that have their default value.
        """
        result: dict[str, Any] = {}
        for name, value in self._values().items():
            info = self.model_fields.get(name)
            omitted = (
                (include is not None and name not in include)
                or (exclude is not None and name in exclude)
                or (exclude_none and value is None)
                or (exclude_defaults and info is not None and is_default(info, value))
            )
            if omitted:
                continue
            key = info.wire if by_alias and info is not None and info.wire else name
            result[key] = _dump(
                value,
                mode=mode,
                by_alias=by_alias,
                exclude_none=exclude_none,
                exclude_defaults=exclude_defaults,
            )
        return result

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Returns the fields as JSON. The options are those of :meth:`model_dump`."""
        separators = None if indent is not None else (",", ":")
        values = self.model_dump(mode="json", **options)
        return json.dumps(values, indent=indent, separators=separators, ensure_ascii=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Returns a copy, with the fields in `update` replaced."""
        from copy import copy, deepcopy

        model = deepcopy(self) if deep else copy(self)
        for name, value in (update or {}).items():
            setattr(model, name, value)
        return model

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields as a ``dict`` of JSON values: times are ISO 8601 text."""
        return self.model_dump(mode="json")

    def _values(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_unchecked"}

    def __eq__(self, other: object) -> bool:
        """Compares the class and the fields."""
        if not isinstance(other, Model) or type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Shows the fields. Tokens and other secrets are hidden."""
        fields = ", ".join(
            f"{name}={self._shown(name, value)}" for name, value in self._values().items()
        )
        return f"{type(self).__name__}({fields})"

    def _shown(self, name: str, value: Any) -> str:
        info = self.model_fields.get(name)
        hidden = info is not None and info.secret and bool(value)
        return "<hidden>" if hidden else repr(value)


class CompactModel(Model):
    """A model whose ``to_dict`` omits fields that have their default value."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields that the service needs as a ``dict`` of JSON values."""
        result: dict[str, Any] = {}
        for name, value in self._values().items():
            info = self.model_fields.get(name)
            if info is None or info.required or info.always or not is_default(info, value):
                result[name] = _dump(value, compact=True)
        return result


def _dump(value: Any, *, compact: bool = False, **options: Any) -> Any:
    if isinstance(value, Model):
        return value.to_dict() if compact else value.model_dump(**options)
    if isinstance(value, list):
        return [_dump(item, compact=compact, **options) for item in value]
    if isinstance(value, dict):
        return {key: _dump(item, compact=compact, **options) for key, item in value.items()}
    if isinstance(value, datetime) and (compact or options["mode"] == "json"):
        return value.isoformat()
    return value

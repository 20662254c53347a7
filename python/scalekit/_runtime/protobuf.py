"""Creation of the API's message classes from serialized file descriptors.

This module uses only the parts of protobuf's runtime that protoc's generated code has always used.
Any ``protobuf`` from 4.25 on works, in C (upb) and in pure Python. Generated ``*_pb2`` modules call
:func:`build` when they are first imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pool, message_factory, symbol_database
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.message import Message


def build(namespace: dict[str, Any], serialized: bytes, *dependencies: str) -> None:
    """Adds all top-level definitions of a ``.proto`` file to a module.

    Args:
        namespace: the ``globals()`` of the module.
        serialized: the file's ``FileDescriptorProto``.
        dependencies: modules of the imported files, which must be in the descriptor pool first.
    """
    for dependency in dependencies:
        import_module(dependency)
    pool = descriptor_pool.Default()
    # The return value differs between the runtimes, so the file is looked up afterwards.
    pool.AddSerializedFile(serialized)
    name = namespace["__name__"]
    # The module ".../users/users_pb2" belongs to the file ".../users/users.proto".
    file = pool.FindFileByName(name.removesuffix("_pb2").replace(".", "/") + ".proto")
    namespace["DESCRIPTOR"] = file
    for enum_name, enum in file.enum_types_by_name.items():
        namespace[enum_name] = EnumTypeWrapper(enum)
        namespace.update((value.name, value.number) for value in enum.values)
    for message_name, message in file.message_types_by_name.items():
        namespace[message_name] = _message_class(message, name, message_name)


def alias(message: type[Message], name: str, field: str) -> None:
    """Adds a read-only attribute `name` with the value of `field` to a message class."""
    setattr(
        message, name, property(lambda self: getattr(self, field), doc=f"The same as ``{field}``.")
    )


def as_text(message: type[Message], field: str) -> None:
    """Makes ``str()`` and f-strings use the string in `field` as the text of a message."""
    patched: Any = message
    patched.__str__ = lambda self: getattr(self, field)
    patched.__format__ = lambda self, spec: format(getattr(self, field), spec)


def _message_class(message: Descriptor, module: str, qualname: str) -> type[Message]:
    created: Any = message_factory.GetMessageClass(message)
    # pickle finds a class by these names, and a nested class by its descriptor.
    created.__module__, created.__qualname__ = module, qualname
    symbol_database.Default().RegisterMessage(created)
    for nested in message.nested_types:
        if not nested.GetOptions().map_entry:
            # upb sets nested classes as attributes, the pure-Python runtime does not.
            setattr(
                created, nested.name, _message_class(nested, module, f"{qualname}.{nested.name}")
            )
    for field in message.fields:
        accessor = created.__dict__.get(field.name)
        if (
            field.enum_type is not None
            and isinstance(accessor, property)
            and accessor.fset is not None
        ):
            setattr(created, field.name, _enum_property(field, accessor, accessor.fset))
    result: type[Message] = created
    return result


def _enum_property(
    field: FieldDescriptor, plain: property, fset: Callable[[Any, Any], None]
) -> property:
    """Creates an enum property that also accepts names, as in upb.

    The pure-Python runtime's own property accepts only numbers.
    """
    enum: Any = field.enum_type
    numbers = {value.name: value.number for value in enum.values}

    def assign(self: Message, value: int | str) -> None:
        if isinstance(value, str):
            if value not in numbers:
                raise ValueError(f'unknown enum label "{value}"')
            value = numbers[value]
        fset(self, value)

    return property(plain.fget, assign, plain.fdel, plain.__doc__)

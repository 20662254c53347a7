"""Conversion of free-form protobuf values to Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct


def struct_to_dict(struct: Struct) -> dict[str, Any]:
    """Converts a ``Struct``, such as ``ExecuteToolResponse.data``, to a ``dict``.

    Numbers become ``float``.
    """
    result: dict[str, Any] = MessageToDict(struct)
    return result

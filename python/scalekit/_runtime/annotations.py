"""Names for annotations that are not available, or expensive to import, at run time.

``typing.get_type_hints`` can evaluate annotations that use them: names that would load protobuf or
``uuid`` are ``Any`` at run time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID as UUID

    from google.protobuf.message import Message as Message
    from typing_extensions import Self as Self
    from typing_extensions import Unpack as Unpack
else:
    Message = UUID = Any
    if sys.version_info >= (3, 11):
        from typing import Self, Unpack
    else:
        Self = Any

        class Unpack:
            """Stands in for ``typing.Unpack`` before Python 3.11."""

            def __class_getitem__(cls, item):
                return item

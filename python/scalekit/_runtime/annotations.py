"""Names in annotations that `typing` has since Python 3.11, for ``typing.get_type_hints`` at run time.

What would load more than this package needs is ``Any`` there; type checkers know better.
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
            """The class of the options."""

            def __class_getitem__(cls, item):
                return item

"""Arguments of webhook verifications, and events.

The native module calls :func:`signature_headers` and :func:`byte_view` for arguments of less common
types. It reads a ``dict`` with lower-case names, ``bytes`` and ``str`` itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from scalekit._native import is_signature_header
from scalekit.common.exceptions import ScalekitException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from typing_extensions import Buffer

    from scalekit.common.scalekit import WebhookEvent


def parse_event(body: str | bytes) -> WebhookEvent:
    """Parses the JSON of an event.

    Raises:
        ScalekitException: the body is not the JSON of an event. The message contains no part of it.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise ScalekitException("the payload has a valid signature but is not an event")
    return cast("WebhookEvent", event)


def signature_headers(headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> list[list[str]]:
    """Returns the names and values of the signature headers of a mapping or of pairs.

    Other values stay untouched: a WSGI environment also contains streams and other objects.
    """
    items = headers.items() if hasattr(headers, "items") else headers
    found = []
    # A list, because the conversion of a value may run code that changes the headers.
    for name, value in list(items):
        text = _header_text(name)
        if is_signature_header(text):
            # Some frameworks use a list of values for each name.
            first = next(iter(value), None) if isinstance(value, list | tuple) else value
            if first is not None:
                found.append([text, _header_text(first)])
    return found


def byte_view(payload: Buffer) -> memoryview:
    """Returns a view of the bytes of any buffer, such as a ``bytearray``, ``memoryview`` or ``mmap``."""
    view = memoryview(payload)
    return (view if view.c_contiguous else memoryview(view.tobytes())).cast("B")


def _header_text(value: object) -> str:
    """Returns a header's name or value as text. ASGI has ``bytes`` in Latin-1."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)

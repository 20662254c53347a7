"""Events of webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from scalekit.common.exceptions import ScalekitException

if TYPE_CHECKING:
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

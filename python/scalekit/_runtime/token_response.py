"""The reply of the token endpoint, in the shape that earlier SDKs gave it."""

from __future__ import annotations

from typing import Any


class TokenResponse:
    """The reply of the token endpoint."""

    status_code = 200

    def __init__(self, tokens: dict[str, Any]) -> None:
        """Keep what the reply says."""
        self._tokens = tokens

    @property
    def text(self) -> str:
        """The tokens as JSON."""
        import json

        return json.dumps(self._tokens)

    @property
    def content(self) -> bytes:
        """The tokens as JSON, in bytes."""
        return self.text.encode()

    def json(self) -> dict[str, Any]:
        """The tokens as a ``dict``."""
        return dict(self._tokens)

    def __repr__(self) -> str:
        """The body is made of tokens, so it is not shown."""
        return "<TokenResponse 200>"

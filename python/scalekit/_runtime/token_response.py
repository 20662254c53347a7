"""The result of ``core_client.authenticate``, for compatibility with ``scalekit-sdk-python``."""

from __future__ import annotations

from typing import Any


class TokenResponse:
    """The response of the token endpoint, with the members of a ``requests.Response``."""

    status_code = 200

    def __init__(self, tokens: dict[str, Any]) -> None:
        """Wraps the tokens."""
        self._tokens = tokens

    @property
    def text(self) -> str:
        """The tokens as JSON."""
        import json

        return json.dumps(self._tokens)

    @property
    def content(self) -> bytes:
        """The tokens as JSON in UTF-8."""
        return self.text.encode()

    def json(self) -> dict[str, Any]:
        """Returns the tokens as a ``dict``."""
        return dict(self._tokens)

    def __repr__(self) -> str:
        """Omits the body, which consists of tokens."""
        return "<TokenResponse 200>"

"""The ``state`` parameter of a login, and return paths.

The adapters in :mod:`scalekit.frameworks` do not need this module: they store state, nonce, PKCE
verifier and return path of each login in an encrypted cookie.
"""

from __future__ import annotations

import hmac
import secrets

from scalekit._runtime.validate import is_text
from scalekit.web_auth._driver import tool

STATE_COOKIE_NAME = "sk_oauth_state"
STATE_COOKIE_MAX_AGE = 600
RETURN_TO_COOKIE_NAME = "sk_return_to"


def generate_state() -> str:
    """Returns a random state of 43 characters."""
    return secrets.token_urlsafe(32)


def verify_state(stored: str | None, returned: str | None) -> bool:
    """Returns ``True`` if both states are equal and not empty. Compares in constant time."""
    if not stored or not returned:
        return False
    # `compare_digest` accepts only ASCII strings. A lone surrogate has no other encoding.
    return hmac.compare_digest(
        stored.encode("utf-8", "surrogatepass"), returned.encode("utf-8", "surrogatepass")
    )


def sanitize_return_to(value: str | None) -> str | None:
    """Returns a return path if browsers resolve it to the own origin, else ``None``."""
    if not value or not is_text(value):
        return None
    path: str | None = tool("return_path", path=value)
    return path

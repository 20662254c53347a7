"""Encryption of session cookies.

Cookies of ``scalekit-sdk-python`` (version 1) can be decrypted, so its users stay signed in. New
cookies have version 2: a key for each cookie, compression, and the name of the cookie as associated
data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scalekit._runtime.validate import is_text
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.web_auth._driver import tool

# Browsers accept 4,096 characters with the name and the attributes.
_MAX_COOKIE = 3800
_COOKIE_NAME = "sk_session"


class InvalidSessionError(Exception):
    """The cookie is not valid, or another secret encrypted it."""


def encrypt_session(
    payload: Mapping[str, Any], secret: str | Sequence[str], cookie_name: str = _COOKIE_NAME
) -> str:
    """Encrypts a session.

    Args:
        payload: the session, which JSON can represent.
        secret: at least 32 characters. With a list, the first secret encrypts.
        cookie_name: the name of the cookie. Another name cannot be decrypted.

    Raises:
        ScalekitArgumentException: a ``ValueError``: the secret is too short, or the result is
            longer than 3800 characters. The adapters split such sessions over several cookies.
    """
    sealed: str = tool(
        "encrypt", secrets=_secrets(secret), cookie_name=cookie_name, content=dict(payload)
    )
    if len(sealed) > _MAX_COOKIE:
        raise ScalekitArgumentException(
            f"the encrypted session has {len(sealed)} characters; browsers accept {_MAX_COOKIE}"
        )
    return sealed


def decrypt_session(
    token: str, secret: str | Sequence[str], cookie_name: str = _COOKIE_NAME
) -> dict[str, Any]:
    """Decrypts a cookie of :func:`encrypt_session` or of ``scalekit-sdk-python``.

    Does not check whether the session has expired.

    Raises:
        InvalidSessionError: the cookie is not valid.
        ScalekitArgumentException: a ``ValueError``: the secret is too short.
    """
    secrets = _secrets(secret)
    valid = isinstance(token, str) and is_text(token)
    payload: dict[str, Any] | None = tool(
        "decrypt", secrets=secrets, cookie_name=cookie_name, value=token if valid else ""
    )
    if payload is None:
        raise InvalidSessionError("the session cookie is not valid")
    return payload


def _secrets(secret: str | Sequence[str]) -> str | list[str]:
    return secret if isinstance(secret, str) else list(secret)

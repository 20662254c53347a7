"""Conversion of the credentials of a connected account to the fields of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from scalekit._runtime.json_values import json_object
from scalekit._runtime.names import unknown_name
from scalekit.common.exceptions import ScalekitArgumentException

# The fields that are sent, and those that only responses have. The latter are accepted, so that
# details can be read, changed and written.
_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "oauth_token": (("access_token", "refresh_token", "scopes", "domain"), ()),
    "google_dwd": (("subject",), ("access_token", "scopes", "token_expires_at")),
    "trusted_idp": (
        ("db_user", "access_key_id", "secret_access_key", "session_token"),
        ("expiry",),
    ),
}
_KINDS = ("oauth_token", "static_auth", "google_dwd", "trusted_idp")


def account_fields(authorization_details: Any, credentials: Any, api_config: Any) -> dict[str, Any]:
    """Returns the fields of ``CreateConnectedAccount`` and ``UpdateConnectedAccount``.

    Args:
        authorization_details: a ``dict`` with one of the keys ``oauth_token``, ``static_auth``,
            ``google_dwd`` and ``trusted_idp``, or ``None``.
        credentials: the fields of ``static_auth``, or ``None``.
        api_config: settings of the connection, or ``None``. An empty ``dict`` is sent.

    Raises:
        ScalekitArgumentException: a key is unknown or a value has the wrong type. The message
            contains no values.
    """
    fields: dict[str, Any] = {}
    if credentials is not None:
        if authorization_details is not None:
            raise ScalekitArgumentException(
                "credentials and authorization_details are mutually exclusive"
            )
        fields["authorization_details"] = _static("credentials", credentials)
    elif authorization_details:
        fields["authorization_details"] = _details(authorization_details)
    if api_config is not None:
        fields["api_config"] = json_object("api_config", api_config)
    return fields


def _details(details: Any) -> dict[str, Any]:
    name = "authorization_details"
    if not isinstance(details, Mapping):
        raise ScalekitArgumentException(f"{name} must be a dict, not {type(details).__name__}")
    for key in details:
        if key not in _KINDS:
            raise ScalekitArgumentException(
                f"{name} must have one of the keys {', '.join(_KINDS)}, not {key!r}; pass API keys, "
                "passwords and tokens of other kinds as credentials"
            )
    given = [kind for kind in _KINDS if details.get(kind) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        raise ScalekitArgumentException(
            f"{name} must have exactly one of the keys {', '.join(_KINDS)}, not {found}"
        )
    (kind,) = given
    values, where = details[kind], f"{name}[{kind!r}]"
    if kind == "static_auth":
        return _static(where, values)
    if not isinstance(values, Mapping):
        raise ScalekitArgumentException(f"{where} must be a dict, not {type(values).__name__}")
    return {kind: _typed(kind, where, values)}


def _static(where: str, values: Any) -> dict[str, Any]:
    return {"static_auth": {"details": json_object(where, values)}}


def _typed(kind: str, where: str, values: Mapping[str, Any]) -> dict[str, Any]:
    sent, read_only = _FIELDS[kind]
    fields = {}
    for key, value in values.items():
        if key in sent:
            if value is not None:
                fields[key] = _scopes(where, value) if key == "scopes" else _text(where, key, value)
        elif key not in read_only:
            raise ScalekitArgumentException(unknown_name(where, str(key), sent))
    if kind == "google_dwd" and not fields.get("subject"):
        raise ScalekitArgumentException(f"{where}['subject'] is required")
    return fields


def _text(where: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        _reject(f"{where}[{key!r}]", "a str", value)
    return value


def _scopes(where: str, value: Any) -> list[str]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        _reject(f"{where}['scopes']", "a list of str", value)
    return [_text(where, "scopes", scope) for scope in value]


def _reject(name: str, expected: str, value: Any) -> NoReturn:
    raise ScalekitArgumentException(f"{name} must be {expected}, not {type(value).__name__}")

"""A connected account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scalekit._runtime.json_values import from_struct
from scalekit._runtime.model import Model, field


def _details(message: Any) -> dict[str, Any] | None:
    """Reads the credentials of an account: ``{"oauth_token": {...}}`` and so on."""
    if not message.HasField("authorization_details"):
        return None
    details = message.authorization_details
    kind = details.WhichOneof("details")
    if kind is None:
        return {}
    values = getattr(details, kind)
    if kind == "static_auth":
        return {kind: from_struct(values.details)}
    return {kind: {name: _value(values, name) for name in _FIELDS[kind]}}


def _value(message: Any, name: str) -> Any:
    if name in ("token_expires_at", "expiry"):
        return getattr(message, name).ToDatetime() if message.HasField(name) else None
    value = getattr(message, name)
    return list(value) if name == "scopes" else value


_FIELDS = {
    "oauth_token": ("access_token", "refresh_token", "scopes"),
    "google_dwd": ("subject", "access_token", "scopes", "token_expires_at"),
    "trusted_idp": (
        "db_user",
        "access_key_id",
        "secret_access_key",
        "session_token",
        "expiry",
    ),
}


class ConnectedAccount(Model):
    """A connected account."""

    id: str | None = None
    """The id, ``ca_`` and digits."""
    identifier: str | None = field(default=None, keep_empty=True)
    """Your identifier of the owner."""
    provider: str | None = field(default=None, keep_empty=True)
    status: str | None = None
    """``ACTIVE``, ``EXPIRED``, ``PENDING_AUTH``, ``PENDING_VERIFICATION`` or ``DISCONNECTED``."""
    authorization_type: str | None = None
    """The kind of credentials, such as ``OAUTH`` or ``API_KEY``."""
    authorization_details: dict[str, Any] | None = field(default=None, secret=True, read=_details)
    """The credentials, with one of the keys ``oauth_token``, ``static_auth``, ``google_dwd`` and
    ``trusted_idp``. ``None`` if the response contains no credentials.
    """
    token_expires_at: datetime | None = None
    updated_at: datetime | None = None
    connector: str | None = field(default=None, keep_empty=True)
    """The name of the connection."""
    last_used_at: datetime | None = None
    api_config: dict[str, Any] | None = None
    """Settings of the connection for this account."""
    connection_id: str | None = None
    is_org_wide_credential: bool | None = None


class ConnectedAccountModel(Model):
    """Base of responses that contain a connected account."""

    connected_account: ConnectedAccount | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields as a ``dict``. Times stay ``datetime`` objects."""
        return self.model_dump()


class GetConnectedAccountAuthResponse(ConnectedAccountModel):
    """A connected account with its credentials."""


class GetConnectedAccountDetailsResponse(ConnectedAccountModel):
    """A connected account without credentials."""

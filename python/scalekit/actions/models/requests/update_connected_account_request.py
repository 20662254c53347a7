"""The arguments for an update of a connected account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalekit._runtime.model import Model, field
from scalekit.actions._credentials import account_fields

if TYPE_CHECKING:
    from scalekit.v1.connected_accounts import connected_accounts_pb2 as pb


class UpdateConnectedAccountRequest(Model):
    """The arguments for an update of a connected account."""

    connection_name: str
    identifier: str
    authorization_details: dict[str, Any] | None = field(default=None, secret=True)
    organization_id: str | None = None
    user_id: str | None = None
    connected_account_id: str | None = None
    api_config: dict[str, Any] | None = None

    def to_proto(self) -> pb.UpdateConnectedAccount:
        """Returns a message with the credentials and the settings."""
        from scalekit._runtime.conversions import from_mapping
        from scalekit.v1.connected_accounts import connected_accounts_pb2

        message = connected_accounts_pb2.UpdateConnectedAccount()
        from_mapping(message, account_fields(self.authorization_details, None, self.api_config))
        return message

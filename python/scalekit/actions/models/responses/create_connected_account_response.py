"""The connected account that was created, found or updated."""

from __future__ import annotations

from scalekit.actions.models.responses.get_connected_account_auth_response import (
    ConnectedAccountModel,
)


class CreateConnectedAccountResponse(ConnectedAccountModel):
    """The connected account that was created, found or updated."""

"""The updated connected account."""

from __future__ import annotations

from scalekit.actions.models.responses.get_connected_account_auth_response import (
    ConnectedAccountModel,
)


class UpdateConnectedAccountResponse(ConnectedAccountModel):
    """The updated connected account."""

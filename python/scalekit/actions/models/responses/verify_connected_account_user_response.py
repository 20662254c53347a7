"""The result of a user's verification."""

from __future__ import annotations

from scalekit._runtime.model import Model


class VerifyConnectedAccountUserResponse(Model):
    """The result of ``verify_connected_account_user``."""

    post_user_verify_redirect_url: str | None = None
    """The URL to redirect the user to."""

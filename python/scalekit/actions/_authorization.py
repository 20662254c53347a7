"""Methods with which users authorize their connected accounts."""

from __future__ import annotations

from typing import Any

from scalekit._runtime.generator_methods import Steps, method
from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException, ScalekitServerException


class AuthorizationMethods:
    """Methods with which users authorize their connected accounts."""

    connected_accounts: Any

    @method
    def get_authorization_link(
        self,
        identifier: str | None = None,
        connection_name: str | None = None,
        connected_account_id: str | None = None,
        state: str | None = None,
        user_verify_url: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
    ) -> Steps[types.MagicLinkResponse]:
        """Creates a link with which the user authorizes a connected account.

        Redirect the user to the link. After the consent, the browser opens `user_verify_url` with
        the parameters ``auth_request_id`` and ``state``. Compare the state, then call
        :meth:`verify_connected_account_user`. Only then is the account active.

        Args:
            identifier: your identifier of the owner.
            connection_name: the name of the connection.
            connected_account_id: the id of the account, instead of both names.
            state: an opaque value of at most 512 characters, such as the state in a cookie.
            user_verify_url: a URL of your application, at most 2048 characters.
            organization_id: the organization that the account belongs to.
            user_id: the user that the account belongs to.
        """
        message, _ = yield self.connected_accounts.get_magic_link_for_connected_account(
            connector=connection_name,
            identifier=identifier,
            connected_account_id=connected_account_id,
            state=state,
            user_verify_url=user_verify_url,
            organization_id=organization_id,
            user_id=user_id,
        )
        return types.MagicLinkResponse.from_proto(message)

    @method
    def get_authorization_link_for(
        self,
        error: ScalekitServerException,
        state: str | None = None,
        user_verify_url: str | None = None,
    ) -> Steps[types.MagicLinkResponse]:
        """Creates a link with which the user authorizes the account of a failed execution.

        Args:
            error: the exception of :meth:`execute_tool`: of the tool, or of the service if the
                account is not active.
            state: see :meth:`get_authorization_link`.
            user_verify_url: see :meth:`get_authorization_link`.
        """
        account = getattr(error, "_account", None)
        if account is None:
            raise ScalekitArgumentException(
                "error must be an exception that execute_tool() of client.actions raised"
            )
        names = {name: value for name, value in account.items() if name != "connection_name"}
        message, _ = yield self.connected_accounts.get_magic_link_for_connected_account(
            connector=account["connection_name"],
            state=state,
            user_verify_url=user_verify_url,
            **names,
        )
        return types.MagicLinkResponse.from_proto(message)

    @method
    def verify_connected_account_user(
        self, auth_request_id: str, identifier: str
    ) -> Steps[types.VerifyConnectedAccountUserResponse]:
        """Confirms that the user who authorized an account is the owner.

        Args:
            auth_request_id: the parameter of the request to ``user_verify_url``.
            identifier: your identifier of the user, from the session of your application.

        Returns:
            The URL to redirect the user to.
        """
        message, _ = yield self.connected_accounts.verify_connected_account_user(
            auth_request_id=auth_request_id, identifier=identifier
        )
        return types.VerifyConnectedAccountUserResponse.from_proto(message)

"""Methods for connected accounts and connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalekit._runtime.checks import required
from scalekit._runtime.generator_methods import Steps, accepts, method
from scalekit.actions import types
from scalekit.actions._credentials import account_fields
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitConflictException,
    ScalekitNotFoundException,
)

_NO_LINK = {"user_verify_url": "pass it to get_authorization_link()"}


class AccountMethods:
    """Methods for connected accounts and connections.

    An account is identified by `connected_account_id`, or by `connection_name` and `identifier`. If it
    belongs to an organization or a user, also pass `organization_id` or `user_id`.
    """

    connected_accounts: Any
    _connection_client: Any

    @method
    def list_connected_accounts(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        provider: str | None = None,
        connection_names: list[str] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
        query: str | None = None,
    ) -> Steps[types.ListConnectedAccountsResponse]:
        """Lists the connected accounts that match all given filters, newest first, page by page.

        Args:
            connection_name: only accounts of this connection.
            identifier: only accounts of this owner.
            provider: only accounts at this third-party service.
            connection_names: only accounts of these connections, at most 20.
            page_size: number of accounts per page, less than 100; default 10.
            page_token: the ``next_page_token`` of the previous page.
            organization_id: only accounts of this organization.
            user_id: only accounts of this user.
            query: only accounts that contain this text.
        """
        message, _ = yield self.connected_accounts.list_connected_accounts(
            organization_id=organization_id,
            user_id=user_id,
            connector=connection_name,
            identifier=identifier,
            provider=provider,
            page_size=page_size,
            page_token=page_token,
            connection_names=connection_names,
            query=query,
        )
        return types.ListConnectedAccountsResponse.from_proto(message)

    @method
    def list_connections(
        self,
        page_size: int | None = None,
        page_token: str | None = None,
        provider: str | None = None,
        query: str | None = None,
    ) -> Steps[types.ListConnectionsResponse]:
        """Lists the connections to third-party services, page by page.

        Args:
            page_size: number of connections per page, at most 30; default 10.
            page_token: the ``next_page_token`` of the previous page.
            provider: only connections to this service.
            query: only connections that contain this text.
        """
        if self._connection_client is None:
            raise ScalekitArgumentException("ActionClient was created without connection_client")
        message, _ = yield self._connection_client.list_app_connections(
            page_size=page_size, page_token=page_token, provider=provider, query=query
        )
        return types.ListConnectionsResponse.from_proto(message)

    @method
    def get_connected_account(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        connected_account_id: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
    ) -> Steps[types.GetConnectedAccountAuthResponse]:
        """Returns a connected account with its credentials. Treat the response as a secret.

        Args:
            connection_name: the name of the connection.
            identifier: your identifier of the owner.
            connected_account_id: the id of the account, instead of both names.
            organization_id: the organization that the account belongs to.
            user_id: the user that the account belongs to.
        """
        message, _ = yield self.connected_accounts.get_connected_account_by_identifier(
            connector=connection_name,
            identifier=identifier,
            organization_id=organization_id,
            user_id=user_id,
            connected_account_id=connected_account_id,
        )
        return types.GetConnectedAccountAuthResponse.from_proto(message)

    @method
    def get_connected_account_details(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        connected_account_id: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
    ) -> Steps[types.GetConnectedAccountDetailsResponse]:
        """Returns a connected account without credentials; see :meth:`get_connected_account`."""
        message, _ = yield self.connected_accounts.get_connected_account_details_by_identifier(
            connector=connection_name,
            identifier=identifier,
            organization_id=organization_id,
            user_id=user_id,
            connected_account_id=connected_account_id,
        )
        return types.GetConnectedAccountDetailsResponse.from_proto(message)

    @method
    def delete_connected_account(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        connected_account_id: str | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
    ) -> Steps[types.DeleteConnectedAccountResponse]:
        """Deletes a connected account and its credentials; see :meth:`get_connected_account`."""
        message, _ = yield self.connected_accounts.delete_connected_account(
            connector=connection_name,
            identifier=identifier,
            organization_id=organization_id,
            user_id=user_id,
            connected_account_id=connected_account_id,
        )
        return types.DeleteConnectedAccountResponse.from_proto(message)

    @method
    def create_connected_account(
        self,
        connection_name: str,
        identifier: str,
        authorization_details: Mapping[str, Any] | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
        api_config: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> Steps[types.CreateConnectedAccountResponse]:
        """Creates a connected account.

        Without credentials, the account is pending until its user has authorized it.

        Args:
            connection_name: the name of the connection.
            identifier: your identifier of the owner.
            authorization_details: a ``dict`` with one key: ``oauth_token`` (``access_token``,
                ``refresh_token``, ``scopes``), ``static_auth`` (any fields), ``google_dwd``
                (``subject``) or ``trusted_idp`` (``db_user``, ``access_key_id``,
                ``secret_access_key``, ``session_token``).
            organization_id: the organization that the account belongs to.
            user_id: the user that the account belongs to.
            api_config: settings of the connection for this account.
            credentials: the fields of ``static_auth``, such as ``{"api_key": "..."}``.
        """
        message, _ = yield self.connected_accounts.create_connected_account(
            connector=connection_name,
            identifier=identifier,
            connected_account=account_fields(authorization_details, credentials, api_config),
            organization_id=organization_id,
            user_id=user_id,
        )
        return types.CreateConnectedAccountResponse.from_proto(message)

    @method
    def update_connected_account(
        self,
        connection_name: str | None = None,
        identifier: str | None = None,
        authorization_details: Mapping[str, Any] | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
        connected_account_id: str | None = None,
        api_config: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> Steps[types.UpdateConnectedAccountResponse]:
        """Updates the credentials or the settings of a connected account.

        See :meth:`create_connected_account`. `connected_account_id` replaces both names. An empty
        `api_config` removes the settings.
        """
        message, _ = yield self.connected_accounts.update_connected_account(
            connector=connection_name,
            identifier=identifier,
            connected_account=account_fields(authorization_details, credentials, api_config),
            organization_id=organization_id,
            user_id=user_id,
            connected_account_id=connected_account_id,
        )
        return types.UpdateConnectedAccountResponse.from_proto(message)

    @method
    @accepts(unused=_NO_LINK)
    def get_or_create_connected_account(
        self,
        connection_name: str,
        identifier: str,
        authorization_details: Mapping[str, Any] | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
        api_config: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> Steps[types.CreateConnectedAccountResponse]:
        """Returns a connected account, and creates it if it does not exist.

        If credentials or `api_config` are given, an existing account is updated. The method can be
        called at the same time for the same account. See :meth:`create_connected_account` for the
        arguments.
        """
        return (
            yield from self._upsert(
                account_fields(authorization_details, credentials, api_config),
                connector=connection_name,
                identifier=identifier,
                organization_id=organization_id,
                user_id=user_id,
            )
        )

    @method
    @accepts(unused=_NO_LINK)
    def upsert_connected_account(
        self,
        connection_name: str,
        identifier: str,
        authorization_details: Mapping[str, Any] | None = None,
        organization_id: str | None = None,
        user_id: str | None = None,
        api_config: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> Steps[types.CreateConnectedAccountResponse]:
        """The same as :meth:`get_or_create_connected_account`."""
        return (
            yield from self._upsert(
                account_fields(authorization_details, credentials, api_config),
                connector=connection_name,
                identifier=identifier,
                organization_id=organization_id,
                user_id=user_id,
            )
        )

    def _upsert(
        self, fields: dict[str, Any], **names: str | None
    ) -> Steps[types.CreateConnectedAccountResponse]:
        required(connection_name=names["connector"], identifier=names["identifier"])
        try:
            message = yield from self._find(fields, **names)
        except ScalekitNotFoundException:
            message = None
        if message is None:
            message = yield from self._create(fields, **names)
        return types.CreateConnectedAccountResponse.from_proto(message)

    def _create(self, fields: dict[str, Any], **names: str | None) -> Steps[Any]:
        """Creates an account, or returns the one that another caller has just created."""
        try:
            message, _ = yield self.connected_accounts.create_connected_account(
                connected_account=fields, **names
            )
        except ScalekitConflictException:
            return (yield from self._find(fields, **names))
        return message

    def _find(self, fields: dict[str, Any], **names: str | None) -> Steps[Any]:
        """Returns an existing account, updated if there are fields to update."""
        accounts = self.connected_accounts
        message, _ = yield accounts.get_connected_account_by_identifier(**names)
        if fields:
            message, _ = yield accounts.update_connected_account(connected_account=fields, **names)
        return message

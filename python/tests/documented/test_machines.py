"""Machine clients and connected accounts."""

from __future__ import annotations

import pytest

from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.v1.clients.clients_pb2 import OrganizationClient
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    CreateConnectedAccount,
    UpdateConnectedAccount,
)

from .registry import example


@example("m2m_client.list_organization_clients")
def test_list_organization_clients(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.m2m_client.list_organization_clients("org_123456", page_size=50)
    assert [client.id for client in response[0].clients] == ["client_123456"]


@example("m2m_client.get_organization_client")
def test_get_organization_client(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.m2m_client.get_organization_client("org_123456", "client_123456")
    assert response[0].client.name == "Importer"


@example("m2m_client.create_organization_client")
def test_create_organization_client(scalekit_client: ScalekitClient) -> None:
    client = OrganizationClient()
    client.name = "My M2M Client"
    response = scalekit_client.m2m_client.create_organization_client("org_123456", client)
    token = scalekit_client.generate_client_token(
        response[0].client.client_id, response[0].plain_secret, []
    )
    claims = scalekit_client.validate_access_token_and_get_claims(token)
    assert claims["oid"] == "org_123456"


@example("m2m_client.update_organization_client")
def test_update_organization_client(scalekit_client: ScalekitClient) -> None:
    client = OrganizationClient()
    client.name = "Updated M2M Client"
    response = scalekit_client.m2m_client.update_organization_client(
        "org_123456", "client_123456", client
    )
    assert response[0].client.name == "Updated M2M Client"


@example("m2m_client.delete_organization_client")
def test_delete_organization_client(scalekit_client: ScalekitClient) -> None:
    scalekit_client.m2m_client.delete_organization_client("org_123456", "client_123456")
    with pytest.raises(ScalekitNotFoundException):
        scalekit_client.m2m_client.get_organization_client("org_123456", "client_123456")


@example("m2m_client.add_organization_client_secret")
def test_add_organization_client_secret(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.m2m_client.add_organization_client_secret(
        "org_123456", "client_123456"
    )
    assert scalekit_client.generate_client_token("client_123456", response[0].plain_secret, [])


@example("m2m_client.remove_organization_client_secret")
def test_remove_organization_client_secret(scalekit_client: ScalekitClient) -> None:
    scalekit_client.m2m_client.remove_organization_client_secret(
        "org_123456", "client_123456", "secret_123456"
    )
    client = scalekit_client.m2m_client.get_organization_client("org_123456", "client_123456")[
        0
    ].client
    assert [secret.id for secret in client.secrets] == ["secret_654321"]


@example("connected_accounts.list_connected_accounts")
def test_list_connected_accounts(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.connected_accounts.list_connected_accounts(
        organization_id="org_123456", user_id="usr_123456", page_size=50
    )
    assert [account.id for account in response[0].connected_accounts] == ["ca_123456"]


@example("connected_accounts.get_connected_account_by_identifier")
def test_get_connected_account_by_identifier(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.connected_accounts.get_connected_account_by_identifier(
        "slack", "workspace_id", organization_id="org_123456", user_id="usr_123456"
    )
    assert response[0].connected_account.id == "ca_123456"


@example("connected_accounts.create_connected_account")
def test_create_connected_account(scalekit_client: ScalekitClient) -> None:
    scalekit_client.connected_accounts.delete_connected_account("slack", "workspace_id")
    account = CreateConnectedAccount()
    response = scalekit_client.connected_accounts.create_connected_account(
        "slack", "workspace_id", account, organization_id="org_123456", user_id="usr_123456"
    )
    assert response[0].connected_account.id.startswith("ca_")


@example("connected_accounts.update_connected_account")
def test_update_connected_account(scalekit_client: ScalekitClient) -> None:
    account = UpdateConnectedAccount()
    response = scalekit_client.connected_accounts.update_connected_account(
        "slack", "workspace_id", account, organization_id="org_123456", user_id="usr_123456"
    )
    assert response[0].connected_account.id == "ca_123456"


@example("connected_accounts.delete_connected_account")
def test_delete_connected_account(scalekit_client: ScalekitClient) -> None:
    scalekit_client.connected_accounts.delete_connected_account(
        "slack", "workspace_id", organization_id="org_123456", user_id="usr_123456"
    )
    assert not scalekit_client.connected_accounts.list_connected_accounts()[0].connected_accounts


@example("connected_accounts.get_magic_link_for_connected_account")
def test_get_magic_link_for_connected_account(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.connected_accounts.get_magic_link_for_connected_account(
        "slack", "workspace_id", organization_id="org_123456", user_id="usr_123456"
    )
    assert f"Magic Link: {response[0].magic_link}".startswith("Magic Link: http://")

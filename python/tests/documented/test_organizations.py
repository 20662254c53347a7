"""Organizations, connections and domains."""

from __future__ import annotations

import pytest

from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.v1.connections.connections_pb2 import CreateConnection
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization, UpdateOrganization

from .registry import example


@example("organization.list_organizations")
def test_list_organizations(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.organization.list_organizations(
        page_size=50, page_token="next_page_token"
    )
    assert [org.display_name for org in response[0].organizations] == ["Acme Corp"]


@example("organization.create_organization")
def test_create_organization(scalekit_client: ScalekitClient) -> None:
    scalekit_client.organization.delete_organization("org_123456")
    org = CreateOrganization()
    org.display_name = "Acme Corp"
    org.external_id = "acme_123"
    response = scalekit_client.organization.create_organization(org)
    assert response[0].organization.id.startswith("org_")


@example("organization.get_organization")
def test_get_organization(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.organization.get_organization("org_123456")
    organization = response[0].organization
    assert organization.display_name == "Acme Corp"


@example("organization.get_organization_by_external_id")
def test_get_organization_by_external_id(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.organization.get_organization_by_external_id("acme_123")
    organization = response[0].organization
    assert organization.id == "org_123456"


@example("organization.update_organization")
def test_update_organization(scalekit_client: ScalekitClient) -> None:
    org = UpdateOrganization()
    org.display_name = "Acme Corporation"
    response = scalekit_client.organization.update_organization("org_123456", org)
    assert response[0].organization.display_name == "Acme Corporation"


@example("organization.delete_organization")
def test_delete_organization(scalekit_client: ScalekitClient) -> None:
    scalekit_client.organization.delete_organization("org_123456")
    with pytest.raises(ScalekitNotFoundException):
        scalekit_client.organization.get_organization("org_123456")


@example("organization.generate_portal_link")
def test_generate_portal_link(scalekit_client: ScalekitClient) -> None:
    portal_link = scalekit_client.organization.generate_portal_link("org_123456")
    assert f"Portal Link: {portal_link}".startswith("Portal Link: http://")


@example("connection.list_connections")
def test_list_connections(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.connection.list_connections("org_123456", include="all")
    assert [conn.id for conn in response[0].connections] == ["conn_123456"]


@example("connection.list_connections_by_domain")
def test_list_connections_by_domain(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.connection.list_connections_by_domain("acme.com", include="all")
    assert [conn.id for conn in response[0].connections] == ["conn_123456"]


@example("connection.get_connection")
def test_get_connection(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.connection.get_connection("org_123456", "conn_123456")
    connection = response[0].connection
    assert connection.id == "conn_123456"


@example("connection.create_connection")
def test_create_connection(scalekit_client: ScalekitClient) -> None:
    connection = CreateConnection()
    connection.type = "SAML"
    response = scalekit_client.connection.create_connection("org_123456", connection)
    assert response[0].connection.id.startswith("conn_")


@example("connection.enable_connection")
def test_enable_connection(scalekit_client: ScalekitClient) -> None:
    assert scalekit_client.connection.enable_connection("org_123456", "conn_123456")[0].enabled


@example("connection.disable_connection")
def test_disable_connection(scalekit_client: ScalekitClient) -> None:
    assert not scalekit_client.connection.disable_connection("org_123456", "conn_123456")[0].enabled


@example("connection.delete_connection")
def test_delete_connection(scalekit_client: ScalekitClient) -> None:
    scalekit_client.connection.delete_connection("org_123456", "conn_123456")
    assert not scalekit_client.connection.list_connections("org_123456", include="all")[
        0
    ].connections


@example("domain.create_domain")
def test_create_domain(scalekit_client: ScalekitClient) -> None:
    scalekit_client.domain.delete_domain("org_123456", "domain_123456")
    response = scalekit_client.domain.create_domain(
        "org_123456", "acme.com", domain_type="ORGANIZATION_DOMAIN"
    )
    assert response[0].domain.domain == "acme.com"


@example("domain.list_domains")
def test_list_domains(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.domain.list_domains("org_123456", domain_type="ORGANIZATION_DOMAIN")
    assert [domain.domain for domain in response[0].domains] == ["acme.com"]


@example("domain.get_domain")
def test_get_domain(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.domain.get_domain("org_123456", "domain_123456")
    domain = response[0].domain
    assert domain.domain == "acme.com"


@example("domain.delete_domain")
def test_delete_domain(scalekit_client: ScalekitClient) -> None:
    scalekit_client.domain.delete_domain("org_123456", "domain_123456")
    assert not scalekit_client.domain.list_domains("org_123456")[0].domains

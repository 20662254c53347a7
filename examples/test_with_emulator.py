"""Tests of an application, with the emulator in Scalekit's place: `pytest examples/test_with_emulator.py`.

In a project of your own, the line `pytest_plugins` goes into the topmost conftest.py.
"""

from __future__ import annotations

import asyncio

import pytest

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit.common.exceptions import ScalekitNotFoundException, ScalekitServiceUnavailableException
from scalekit.testing import Emulator
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization

pytest_plugins = ["scalekit.testing"]


class Customers:
    """The application: it keeps an organization for each of its customers."""

    def __init__(self, client: ScalekitClient) -> None:
        self.client = client

    def sign_up(self, number: str, name: str) -> str:
        wanted = CreateOrganization(display_name=name, external_id=number)
        return self.client.organization.create_organization(wanted)[0].organization.id

    def name(self, number: str) -> str | None:
        try:
            response, _ = self.client.organization.get_organization_by_external_id(number)
        except ScalekitNotFoundException:
            return None
        return response.organization.display_name


def test_a_customer_gets_an_organization(scalekit_client: ScalekitClient) -> None:
    customers = Customers(scalekit_client)
    assert customers.sign_up("c-1", "Acme").startswith("org_")
    assert customers.name("c-1") == "Acme"


def test_each_test_finds_it_empty(scalekit_client: ScalekitClient) -> None:
    assert Customers(scalekit_client).name("c-1") is None


def test_with_rows_made_beforehand(scalekit_emulator: Emulator, scalekit_client: ScalekitClient) -> None:
    seven = {"id": "org_7", "display_name": "Seven", "external_id": "c-7"}
    scalekit_emulator.seed({"organizations": [seven]})
    assert Customers(scalekit_client).name("c-7") == "Seven"


def test_an_outage_is_survived(scalekit_emulator: Emulator, scalekit_client: ScalekitClient) -> None:
    customers = Customers(scalekit_client)
    customers.sign_up("c-1", "Acme")
    operation = "OrganizationService.GetOrganizationByExternalId"
    scalekit_emulator.fault(operation, status=503, retry_after="0", times=1)
    assert customers.name("c-1") == "Acme"
    assert [request["status"] for request in scalekit_emulator.requests(operation=operation)] == [503, 200]


def test_a_long_outage_is_reported(scalekit_emulator: Emulator) -> None:
    scalekit_emulator.fault("OrganizationService.*", status=503)
    with (
        scalekit_emulator.client(max_retries=0) as client,
        pytest.raises(ScalekitServiceUnavailableException),
    ):
        Customers(client).name("c-1")


def test_asyncio(scalekit_async_client: AsyncScalekitClient) -> None:
    async def names() -> list[str]:
        response, _ = await scalekit_async_client.organization.list_organizations(page_size=10)
        return [organization.display_name for organization in response.organizations]

    assert asyncio.run(names()) == []


@pytest.mark.usefixtures("scalekit_environment")
def test_an_application_that_is_configured_by_its_environment() -> None:
    with ScalekitClient.from_env() as client:
        assert Customers(client).name("c-1") is None

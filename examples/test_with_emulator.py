"""Tests of an application with the emulator: `pytest examples/test_with_emulator.py`.

In your project, put the line `pytest_plugins` into the topmost conftest.py.
"""

from __future__ import annotations

import asyncio

import pytest

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit.common.exceptions import (
    ScalekitNotFoundException,
    ScalekitServiceUnavailableException,
)
from scalekit.testing import Emulator
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization

pytest_plugins = ["scalekit.testing"]


class Customers:
    """The application under test. It has an organization for each customer."""

    def __init__(self, client: ScalekitClient) -> None:
        self.client = client

    def sign_up(self, number: str, name: str) -> str:
        request = CreateOrganization(display_name=name, external_id=number)
        return self.client.organization.create_organization(request)[0].organization.id

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


def test_each_test_starts_with_an_empty_emulator(scalekit_client: ScalekitClient) -> None:
    assert Customers(scalekit_client).name("c-1") is None


def test_with_seed_data(scalekit_emulator: Emulator, scalekit_client: ScalekitClient) -> None:
    seven = {"id": "org_7", "display_name": "Seven", "external_id": "c-7"}
    scalekit_emulator.seed({"organizations": [seven]})
    assert Customers(scalekit_client).name("c-7") == "Seven"


def test_a_short_outage_is_retried(
    scalekit_emulator: Emulator, scalekit_client: ScalekitClient
) -> None:
    customers = Customers(scalekit_client)
    customers.sign_up("c-1", "Acme")
    operation = "OrganizationService.GetOrganizationByExternalId"
    scalekit_emulator.fault(operation, status=503, retry_after="0", times=1)
    assert customers.name("c-1") == "Acme"
    assert [request["status"] for request in scalekit_emulator.requests(operation=operation)] == [
        503,
        200,
    ]


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
def test_an_application_that_is_configured_by_environment_variables() -> None:
    with ScalekitClient.from_env() as client:
        assert Customers(client).name("c-1") is None

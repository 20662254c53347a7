"""Calls all operations of the plan with the wheel over a real socket.

Compares the HTTP request and the response with the plan.
"""

from __future__ import annotations

import importlib
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.message import Message

from scalekit.testing import Emulator

pytestmark = pytest.mark.protobuf


def message_type(full_name: str) -> type[Message]:
    """Returns a message class from its module, as users import it."""
    if full_name.startswith("google.protobuf."):
        descriptor = descriptor_pool.Default().FindMessageTypeByName(full_name)
        message_class: type[Message] = message_factory.GetMessageClass(descriptor)
        return message_class
    package, _, name = full_name.rpartition(".")
    tail = package.rpartition(".")[2]
    for module in (f"{package}.{tail}_pb2", f"{package}_pb2"):
        try:
            return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
        except ModuleNotFoundError:
            continue
    raise AssertionError(f"no module contains {full_name}")


def cases(plan: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(operation, case) for operation in plan for case in operation["cases"]]


def test_every_operation_sends_the_planned_request_and_returns_the_response(
    plan: list[dict[str, Any]], emulator: Emulator
) -> None:
    client = emulator.client()
    emulator.admin("DELETE", "requests")
    checked = set()
    for operation, case in cases(plan):
        name = operation["operation"]
        emulator.admin("POST", "faults", {"operation": name, "times": 1, "json": case["response"]})
        request = json_format.ParseDict(case["request"], message_type(operation["request_type"])())
        response, call = client.core_client.grpc_exec(name, request)

        expected = json_format.ParseDict(
            case["response"], message_type(operation["response_type"])()
        )
        assert response == expected, name
        assert call.code().name == "OK"
        logged = emulator.admin("GET", f"requests?operation={name}")[-1]
        http = case["http"]
        assert (logged["method"], logged["path"]) == (http["method"], http["path"])
        query = [list(pair) for pair in parse_qsl(logged["query"] or "", keep_blank_values=True)]
        assert sorted(query) == sorted(http["query"]), name
        assert (json.loads(logged["body"]) if logged["body"] else None) == http["body"], name
        checked.add(name)
    assert len(checked) == 150
    assert emulator.admin("GET", "requests?unmatched=true") == []
    client.close()


def test_operations_without_an_external_id_route_look_up_the_organization(
    emulator: Emulator,
) -> None:
    from scalekit.v1.domains.domains_pb2 import ListDomainRequest
    from scalekit.v1.organizations.organizations_pb2 import (
        CreateOrganization,
        UpdateOrganization,
    )

    with emulator.client() as client:
        create = CreateOrganization(display_name="External", external_id="tenant/1 ü")
        created = client.organization.create_organization(create)[0].organization
        update = UpdateOrganization(display_name="Renamed")
        updated = client.organization.update_organization_by_external_id("tenant/1 ü", update)[
            0
        ].organization
        assert (updated.id, updated.display_name) == (created.id, "Renamed")
        client.domain.create_domain(created.id, "external.example")
        listed, _ = client.core_client.grpc_exec(
            "DomainService.ListDomains", ListDomainRequest(external_id="tenant/1 ü")
        )
        assert [domain.domain for domain in listed.domains] == ["external.example"]
        client.organization.delete_organization_by_external_id("tenant/1 ü")

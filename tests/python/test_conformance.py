"""All operations of the plan through the wheel and a real socket: exact HTTP out, full answer back."""

from __future__ import annotations

import importlib
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.message import Message

from .conftest import Emulator

pytestmark = pytest.mark.protobuf


def message_type(full_name: str) -> type[Message]:
    """The class as users get it: from the module of its file."""
    if full_name.startswith("google.protobuf."):
        found = descriptor_pool.Default().FindMessageTypeByName(full_name)
        made: type[Message] = message_factory.GetMessageClass(found)
        return made
    package, _, name = full_name.rpartition(".")
    tail = package.rpartition(".")[2]
    for module in (f"{package}.{tail}_pb2", f"{package}_pb2"):
        try:
            return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
        except ModuleNotFoundError:
            continue
    raise AssertionError(f"no module for {full_name}")


def cases(plan: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(operation, case) for operation in plan for case in operation["cases"]]


def test_every_operation_crosses_whole(plan: list[dict[str, Any]], emulator: Emulator) -> None:
    client = emulator.client()
    emulator.admin("DELETE", "requests")
    checked = set()
    for operation, case in cases(plan):
        name = operation["operation"]
        emulator.admin("POST", "faults", {"operation": name, "times": 1, "json": case["response"]})
        request = json_format.ParseDict(case["request"], message_type(operation["request_type"])())
        response, call = client.core_client.grpc_exec(name, request)

        wanted = json_format.ParseDict(case["response"], message_type(operation["response_type"])())
        assert response == wanted, name
        assert call.code().name == "OK"
        logged = emulator.admin("GET", f"requests?operation={name}")[-1]
        http = case["http"]
        assert (logged["method"], logged["path"]) == (http["method"], http["path"])
        query = [list(pair) for pair in parse_qsl(logged["query"] or "", keep_blank_values=True)]
        assert sorted(query) == sorted(http["query"]), name
        assert (json.loads(logged["body"]) if logged["body"] else None) == http["body"], name
        checked.add(name)
    assert len(checked) == 149
    assert emulator.admin("GET", "requests?unmatched=true") == []
    client.close()


def test_organizations_are_found_by_external_id(emulator: Emulator) -> None:
    """The service has no route for these; the client looks the organization up first."""
    from scalekit.v1.domains.domains_pb2 import ListDomainRequest
    from scalekit.v1.organizations.organizations_pb2 import (
        CreateOrganization,
        UpdateOrganization,
    )

    with emulator.client() as client:
        wanted = CreateOrganization(display_name="External", external_id="tenant/1 ü")
        made = client.organization.create_organization(wanted)[0].organization
        update = UpdateOrganization(display_name="Renamed")
        updated = client.organization.update_organization_by_external_id("tenant/1 ü", update)[0].organization
        assert (updated.id, updated.display_name) == (made.id, "Renamed")
        client.domain.create_domain(made.id, "external.example")
        listed, _ = client.core_client.grpc_exec(
            "DomainService.ListDomains", ListDomainRequest(external_id="tenant/1 ü")
        )
        assert [domain.domain for domain in listed.domains] == ["external.example"]
        client.organization.delete_organization_by_external_id("tenant/1 ü")

"""The schema, the Python methods and the documented API contain the same operations."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit._operations import OPERATIONS

CLIENTS = [
    ScalekitClient("https://example.scalekit.com", "id", "secret"),
    AsyncScalekitClient("https://example.scalekit.com", "id", "secret"),
]
both = pytest.mark.parametrize("client", CLIENTS, ids=["sync", "async"])

# Methods of the service clients that do not call an operation.
HELPERS = {"sessions.create_session_filter"}


def resolve(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


def service_methods(client: Any) -> set[str]:
    services = {path.split(".")[0] for paths in OPERATIONS.values() for path in paths}
    return {
        f"{service}.{name}"
        for service in services
        for name, member in inspect.getmembers(getattr(client, service), callable)
        if not name.startswith("_")
    }


def test_every_operation_of_the_schema_has_a_method(plan: list[dict[str, Any]]) -> None:
    assert len(plan) == 150
    assert {case["operation"] for case in plan} == set(OPERATIONS)


@both
def test_service_clients_have_exactly_the_listed_methods(client: Any) -> None:
    listed = {path for paths in OPERATIONS.values() for path in paths}
    assert service_methods(client) == listed | HELPERS


@both
def test_methods_have_the_documented_signatures(
    client: Any, documented: list[dict[str, Any]]
) -> None:
    assert len(documented) == 88
    differences = []
    for entry in documented:
        parameters = list(inspect.signature(resolve(client, entry["method"])).parameters.values())
        for index, documented_parameter in enumerate(entry["parameters"]):
            name, optional = documented_parameter.rstrip("?"), documented_parameter.endswith("?")
            matches = (
                index < len(parameters)
                and parameters[index].name == name
                and parameters[index].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
                and (not optional or parameters[index].default is not inspect.Parameter.empty)
            )
            if not matches:
                differences.append(f"{entry['method']}: {documented_parameter}")
        for extra in parameters[len(entry["parameters"]) :]:
            if extra.default is inspect.Parameter.empty:
                differences.append(
                    f"{entry['method']}: {extra.name} is required but not documented"
                )
    assert not differences


@both
def test_every_public_method_has_a_docstring(client: Any) -> None:
    missing = [
        path
        for path in service_methods(client)
        if not (resolve(client, path).__doc__ or "").strip()
    ]
    assert not missing

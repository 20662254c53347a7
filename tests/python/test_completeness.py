"""Schema, Python methods and documented API are the same set, in every direction."""

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

# Methods of the service clients that call no operation of their own.
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
    assert len(plan) == 149
    assert {case["operation"] for case in plan} == set(OPERATIONS)


@both
def test_every_listed_method_exists_and_no_other(client: Any) -> None:
    listed = {path for paths in OPERATIONS.values() for path in paths}
    assert service_methods(client) == listed | HELPERS


@both
def test_documented_signatures_hold(client: Any, documented: list[dict[str, Any]]) -> None:
    assert len(documented) == 88
    differences = []
    for entry in documented:
        parameters = list(inspect.signature(resolve(client, entry["method"])).parameters.values())
        for index, promised in enumerate(entry["parameters"]):
            name, optional = promised.rstrip("?"), promised.endswith("?")
            fits = (
                index < len(parameters)
                and parameters[index].name == name
                and parameters[index].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
                and (not optional or parameters[index].default is not inspect.Parameter.empty)
            )
            if not fits:
                differences.append(f"{entry['method']}: {promised}")
        for extra in parameters[len(entry["parameters"]) :]:
            if extra.default is inspect.Parameter.empty:
                differences.append(f"{entry['method']}: {extra.name} is required but not documented")
    assert not differences


@both
def test_every_public_method_is_documented_for_its_reader(client: Any) -> None:
    missing = [path for path in service_methods(client) if not (resolve(client, path).__doc__ or "").strip()]
    assert not missing

"""Tests the imports: their cost, and the names of all modules."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
import pkgutil
import subprocess
import sys
import typing

import pytest

import scalekit


def in_fresh_interpreter(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_import_loads_neither_protobuf_nor_network() -> None:
    code = """
import json, sys
before = set(sys.modules)
import scalekit
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    assert set(json.loads(in_fresh_interpreter(code))) <= {"scalekit", "__future__"}


def test_the_constructor_loads_neither_protobuf_nor_network_and_starts_no_thread() -> None:
    code = """
import json, os, sys
import scalekit
scalekit.ScalekitClient("https://acme.scalekit.com", "skc_1", "secret").get_authorization_url("https://a/b")
heavy = ("google", "asyncio", "socket", "ssl", "urllib.request", "http.client", "email", "inspect")
print(json.dumps([[name for name in heavy if name in sys.modules], len(os.listdir("/proc/self/task"))]))
"""
    assert json.loads(in_fresh_interpreter(code)) == [[], 1]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_import_needs_little_memory() -> None:
    code = """
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
memory = resident()
import scalekit
print(resident() - memory)
"""
    assert min(int(in_fresh_interpreter(code)) for _ in range(5)) < 8 * 2**20


def test_all_names_can_be_imported() -> None:
    for name in scalekit.__all__:
        assert getattr(scalekit, name) is not None
        assert name in dir(scalekit)
    assert scalekit.__version__ == importlib.metadata.version("scalekit-client")


def test_submodules_are_attributes_and_unknown_names_are_not() -> None:
    code = "import scalekit; print(scalekit.common.exceptions.ScalekitException.__name__)"
    assert in_fresh_interpreter(code) == "ScalekitException"
    with pytest.raises(AttributeError, match="no attribute 'Scaelkit'"):
        _ = scalekit.Scaelkit  # type: ignore[attr-defined]


@pytest.mark.protobuf
@pytest.mark.parametrize(
    "line",
    [
        "from scalekit.organization import CreateOrganization, UpdateOrganization, SessionPolicyType",
        "from scalekit.users import CreateUser, CreateMembership, UpdateUser",
        "from scalekit.connection import CreateConnection, ConnectionType, ListConnectionsResponse",
        "from scalekit.role import CreateRole, UpdateRole",
        "from scalekit.directory import CreateDirectory, ListDirectoriesResponse",
        "from scalekit.m2m_client import M2MClient, OrganizationClient",
    ],
)
def test_service_modules_export_the_messages_of_their_operations(line: str) -> None:
    namespace: dict[str, object] = {}
    exec(line, namespace)
    names = [name.strip() for name in line.partition("import")[2].split(",")]
    assert set(names) <= set(namespace)
    service = importlib.import_module(line.split()[1])
    with pytest.raises(AttributeError, match="has no attribute 'CreateNothing'"):
        _ = service.CreateNothing


def test_import_paths_of_scalekit_sdk_python_work() -> None:
    code = """
import sys
from scalekit._version import __version__
from scalekit.client import AuthorizationUrlOptions, CodeAuthenticationOptions, GrantType
from scalekit.client import IdpInitiatedLoginClaims, LogoutUrlOptions, ScalekitValidateTokenFailureException
from scalekit.client import TokenValidationOptions, WebhookVerificationError, id_token_claim_to_user_map
from scalekit.common.exceptions import GRPC_TO_HTTP, HTTP_TO_GRPC, StatusCode
from scalekit.common.user import IdTokenClaim, Identity, User
import scalekit, scalekit.common.scalekit, scalekit.common.exceptions
assert __version__ == scalekit.__version__
assert LogoutUrlOptions is scalekit.LogoutUrlOptions
assert WebhookVerificationError is scalekit.WebhookVerificationError
assert GRPC_TO_HTTP[StatusCode.CANCELLED] == 499 and HTTP_TO_GRPC[429] is StatusCode.RESOURCE_EXHAUSTED
assert "google" not in sys.modules
print(User().username)
"""
    assert in_fresh_interpreter(code) == "None"


def test_the_core_module_exports_exceptions() -> None:
    code = """
import sys
from scalekit.core import ScalekitException, ScalekitServerException, ScalekitTooManyRequestsException
from scalekit.common import exceptions
for kind in (ScalekitException, ScalekitServerException, ScalekitTooManyRequestsException):
    assert kind is getattr(exceptions, kind.__name__)
print("google" in sys.modules)
"""
    assert in_fresh_interpreter(code) == "False"


def test_the_client_module_exports_constants() -> None:
    code = """
import sys
from scalekit.client import AUTHORIZE_ENDPOINT, LOGOUT_ENDPOINT
from scalekit.client import webhook_signature_version, webhook_tolerance_in_seconds
from scalekit.common.exceptions import HTTP_STATUS
print(AUTHORIZE_ENDPOINT, LOGOUT_ENDPOINT, webhook_signature_version, webhook_tolerance_in_seconds)
print(int(HTTP_STATUS["NOT_FOUND"]), "google" in sys.modules)
"""
    assert in_fresh_interpreter(code).splitlines() == [
        "oauth/authorize oidc/logout v1 0:05:00",
        "404 False",
    ]


@pytest.mark.protobuf
def test_the_client_module_exports_service_classes() -> None:
    code = """
import sys
import scalekit.client
assert "google" not in sys.modules and "scalekit.organization" not in sys.modules
from scalekit._clients import SERVICES
from scalekit.client import OrganizationClient, UserClient, M2MClient, ToolsClient, ConnectedAccountsClient
client = scalekit.client.ScalekitClient("https://acme.scalekit.com", "id", "secret")
for attribute, (module, kind) in SERVICES.items():
    assert type(getattr(client, attribute)) is getattr(scalekit.client, kind), kind
try:
    scalekit.client.NothingClient
except AttributeError as error:
    print(error)
"""
    assert in_fresh_interpreter(code) == "module 'scalekit.client' has no attribute 'NothingClient'"


@pytest.mark.protobuf
def test_every_module_can_be_imported() -> None:
    names = [module.name for module in pkgutil.walk_packages(scalekit.__path__, "scalekit.")]
    assert "scalekit.organization" in names
    assert "scalekit.v1.organizations.organizations_pb2" in names
    for name in names:
        assert importlib.import_module(name).__name__ == name


def test_the_wheel_contains_types_and_licenses_but_no_tests() -> None:
    files = [str(path) for path in importlib.metadata.files("scalekit-client") or []]
    assert "scalekit/py.typed" in files
    assert "scalekit/_native.pyi" in files
    assert any(path.endswith("LICENSE-MIT") for path in files)
    assert any(path.endswith("LICENSE-APACHE") for path in files)
    assert not [
        path for path in files if "tests/" in path or path.rpartition("/")[2].startswith("test_")
    ]
    required = importlib.metadata.requires("scalekit-client") or []
    assert [line for line in required if "extra ==" not in line] == ["protobuf>=4.25"]


@pytest.mark.parametrize("name", ["ScalekitClient", "AsyncScalekitClient"])
def test_annotations_can_be_evaluated_at_run_time(name: str) -> None:
    client = getattr(scalekit, name)
    modules = [
        importlib.import_module(f"scalekit.{module}") for module in ("core", "common.scalekit")
    ]
    for kind in [
        client,
        *client.__mro__,
        *(kind for module in modules for kind in vars(module).values()),
    ]:
        if inspect.isclass(kind) and kind.__module__.startswith("scalekit"):
            for method in filter(inspect.isfunction, vars(kind).values()):
                typing.get_type_hints(method)
    hints = typing.get_type_hints(client.validate_access_token)
    assert hints["return"] is bool
    assert hints["options"] == scalekit.TokenValidationOptions | None
    assert "options" in typing.get_type_hints(client.__init__)

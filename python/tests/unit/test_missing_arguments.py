"""Tests that errors for missing arguments have the messages of `scalekit-sdk-python`."""

from __future__ import annotations

import asyncio
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from recorder import Services

from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.v1.clients import clients_pb2

pytestmark = pytest.mark.protobuf

Call = Callable[[Services, Any], Any]

RESOURCES = {
    "create_resource_client": ("resource_id", {"client": {"name": "CI"}}),
    "create_resource_client_secret": ("resource_id client_id", {}),
    "delete_resource_client": ("resource_id client_id", {}),
    "delete_resource_client_secret": ("resource_id client_id secret_id", {}),
    "get_resource": ("resource_id", {}),
    "get_resource_client": ("resource_id client_id", {}),
    "list_resource_clients": ("resource_id", {}),
    "list_resources": ("resource_type", {}),
    "list_user_consents": ("resource_id", {}),
    "revoke_user_consent": ("client_id consent_id", {}),
    "update_resource_client": ("resource_id client_id", {}),
}
OTHERS = [
    ("connected_accounts.create_connected_account", "connector", "connection_name is required"),
    ("connected_accounts.create_connected_account", "identifier", "identifier is required"),
    (
        "connected_accounts.verify_connected_account_user",
        "auth_request_id",
        "auth_request_id is required",
    ),
    ("connected_accounts.verify_connected_account_user", "identifier", "identifier is required"),
    ("roles.update_default_roles", "default_creator_role", "default_creator_role is required"),
    ("roles.update_default_roles", "default_member_role", "default_member_role is required"),
    ("tokens.create_token", "organization_id", "Invalid organization_id"),
    ("tokens.list_tokens", "organization_id", "Invalid organization_id"),
    ("tokens.validate_token", "token", "Invalid token"),
    ("tokens.invalidate_token", "token", "Invalid token"),
    ("tokens.update_token", "token", "Invalid token"),
]
ARGUMENTS = {
    "connected_accounts.create_connected_account": {
        "connector": "slack",
        "identifier": "user_1",
        "connected_account": {},
    },
    "connected_accounts.verify_connected_account_user": {
        "auth_request_id": "r",
        "identifier": "user_1",
    },
    "roles.update_default_roles": {
        "default_creator_role": "admin",
        "default_member_role": "member",
    },
}


def cases() -> list[Any]:
    found = []
    for method, (names, more) in RESOURCES.items():
        complete = {**dict.fromkeys(names.split(), "x_1"), **more}
        for name in names.split():
            found.append((f"resources.{method}", complete, name, f"{name} is required"))
    for method, name, message in OTHERS:
        found.append((method, ARGUMENTS.get(method, {name: "x"}), name, message))
    return [pytest.param(*case, id=f"{case[0]}-{case[2]}") for case in found]


def rejected(call: Callable[[], Any]) -> ScalekitArgumentException:
    with pytest.raises(ScalekitArgumentException) as caught:
        call()
    assert isinstance(caught.value, ValueError)
    return caught.value


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("value", [None, ""], ids=["None", "empty"])
@pytest.mark.parametrize(("method", "arguments", "name", "message"), cases())
def test_a_missing_argument_has_the_known_message(
    method: str, arguments: dict[str, Any], name: str, message: str, value: Any, is_async: bool
) -> None:
    services = Services(is_async)
    service, function = method.split(".")
    error = rejected(
        lambda: getattr(getattr(services, service), function)(**{**arguments, name: value})
    )
    assert str(error) == message
    assert error.message == message
    assert error.operation is not None
    assert error.operation.split(".")[0] in {
        "ApiTokenService",
        "ClientService",
        "ConnectedAccountService",
        "RolesService",
    }
    assert not services.recorder.calls


def test_the_message_names_the_first_missing_argument() -> None:
    services = Services()
    error = rejected(lambda: services.resources.delete_resource_client_secret(None, None, None))
    assert (str(error), error.operation) == (
        "resource_id is required",
        "ClientService.DeleteClientSecret",
    )
    error = rejected(services.roles.update_default_roles)
    assert str(error) == "default_creator_role is required"


def test_a_session_token_needs_a_configuration_or_a_connection() -> None:
    error = rejected(Services().mcp.create_session_token)
    assert str(error) == "Either mcp_config_id or connection_name is required"
    assert error.operation == "McpService.CreateMcpSessionToken"


def test_the_details_are_in_the_traceback_and_on_the_exception() -> None:
    error = rejected(lambda: Services().tokens.validate_token(""))
    assert error.detail == "token must not be empty"
    assert error.__notes__ == ["ApiTokenService.ValidateToken: token must not be empty"]
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.detail, copy.operation, copy.__notes__) == (
        "Invalid token",
        error.detail,
        error.operation,
        error.__notes__,
    )


def test_a_traceback_shows_the_details() -> None:
    error = rejected(lambda: Services().tokens.validate_token(""))
    name, *notes = "".join(traceback.format_exception_only(error)).splitlines()
    assert name == "scalekit.common.exceptions.ScalekitArgumentException: Invalid token"
    # Python 3.10 has no notes.
    shows_notes = hasattr(BaseException, "add_note")
    assert notes == (
        ["ApiTokenService.ValidateToken: token must not be empty"] if shows_notes else []
    )


def test_other_messages_still_begin_with_the_operation() -> None:
    error = rejected(lambda: Services().users.get_user(None))
    assert str(error) == "UserService.GetUser: user_id must not be None"
    assert error.detail is None


@pytest.mark.parametrize("template", ["nope", ""])
def test_an_unknown_template_is_an_invalid_template_type(template: str) -> None:
    services = Services()
    error = rejected(lambda: services.passwordless.send_passwordless_email("a@b.example", template))
    options = "['UNSPECIFIED', 'SIGNIN', 'SIGNUP']"
    assert str(error) == f"Invalid template type: {template}. Valid options are: {options}"
    assert error.operation == "PasswordlessService.SendPasswordlessEmail"
    assert not services.recorder.calls


def test_an_unknown_domain_type_is_an_invalid_domain_type() -> None:
    services = Services()
    options = "['UNSPECIFIED', 'ALLOWED_EMAIL_DOMAIN', 'ORGANIZATION_DOMAIN']"
    for call in (
        lambda: services.domain.list_domains("org_1", "NOPE"),
        lambda: services.domain.create_domain("org_1", "acme.example", "NOPE"),
    ):
        assert str(rejected(call)) == f"Invalid domain type: NOPE. Valid options are: {options}"
    assert not services.recorder.calls


AUDIENCE = "audience cannot be set via the SDK; it is always server-determined"


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "client",
    [{"name": "CI", "audience": ["api"]}, clients_pb2.ResourceClient(name="CI", audience=["api"])],
    ids=["dict", "message"],
)
def test_create_resource_client_rejects_an_audience(client: Any, is_async: bool) -> None:
    services = Services(is_async)
    error = rejected(lambda: services.resources.create_resource_client("res_1", client))
    assert (str(error), error.operation) == (AUDIENCE, "ClientService.CreateResourceClient")
    assert error.detail == "client.audience must not be set"
    assert not services.recorder.calls


def test_create_resource_client_without_an_audience_is_sent() -> None:
    services = Services(is_async=True)
    for client in ({"name": "CI"}, clients_pb2.ResourceClient(name="CI", audience=[])):
        asyncio.run(services.resources.create_resource_client("res_1", client))
        sent = services.recorder.sent(clients_pb2.CreateResourceClientRequest)
        assert (sent.resource_id, sent.client.name, list(sent.client.audience)) == (
            "res_1",
            "CI",
            [],
        )

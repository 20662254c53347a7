"""Tests the conversion of arguments to requests, without network and native module."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, get_type_hints

import pytest
from google.protobuf.json_format import MessageToDict
from recorder import Services

from scalekit._clients import SERVICES
from scalekit._operations import OPERATIONS
from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitNotFoundException,
)
from scalekit.v1.auth import passwordless_pb2
from scalekit.v1.clients import clients_pb2
from scalekit.v1.directories import directories_pb2
from scalekit.v1.domains import domains_pb2
from scalekit.v1.mcp import mcp_pb2
from scalekit.v1.organizations import organizations_pb2
from scalekit.v1.providers import providers_pb2
from scalekit.v1.roles import roles_pb2
from scalekit.v1.sessions import sessions_pb2
from scalekit.v1.tokens import tokens_pb2
from scalekit.v1.users import users_pb2

pytestmark = pytest.mark.protobuf


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def async_services() -> Services:
    return Services(is_async=True)


class AuthPattern:
    def to_dict(self) -> dict[str, Any]:
        return {"type": "OAUTH"}


INVALID: list[tuple[str, Callable[[Services], Any], str]] = [
    ("number for a string", lambda s: s.users.get_user(12), "user_id must be a str, not int"),
    ("None", lambda s: s.users.get_user(None), "user_id must not be None"),
    (
        "string for a number",
        lambda s: s.users.list_users(page_size="9"),
        "page_size must be an int, not str",
    ),
    (
        "bool for a number",
        lambda s: s.users.list_users(page_size=True),
        "page_size must be an int, not bool",
    ),
    (
        "out of range",
        lambda s: s.users.list_users(page_size=-1),
        "page_size must be between 0 and 4294967295",
    ),
    (
        "unknown enum name",
        lambda s: s.domain.list_domains("o", "NOPE"),
        "domain_type must be one of DOMAIN_",
    ),
    (
        "bool for an enum",
        lambda s: s.domain.list_domains("o", True),
        "domain_type must be a name or number",
    ),
    (
        "another message",
        lambda s: s.organization.create_organization(users_pb2.UpdateUser()),
        "organization must be a CreateOrganization or a dict of its fields, not UpdateUser",
    ),
    (
        "unknown field",
        lambda s: s.organization.create_organization({"nope": 1}),
        'organization is not a CreateOrganization: Message type .* has no field named "nope"',
    ),
    (
        "string for a list",
        lambda s: s.permissions.add_permissions_to_role("r", "abc"),
        "permission_names must be a list, not str",
    ),
    (
        "invalid item",
        lambda s: s.permissions.add_permissions_to_role("r", ["a", 1]),
        r"permission_names\[1\] must be a str, not int",
    ),
    (
        "invalid enum item",
        lambda s: s.organization.generate_portal_link("o", ["nope"]),
        r"features\[0\] must be one of FEATURE_UNSPECIFIED, ",
    ),
    (
        "invalid value in a map",
        lambda s: s.tokens.create_token("o", custom_claims={"a": 1}),
        r"custom_claims\['a'\] must be a str, not int",
    ),
    (
        "list for a map",
        lambda s: s.tokens.create_token("o", custom_claims=[]),
        "custom_claims must be a dict",
    ),
    (
        "invalid time",
        lambda s: s.tokens.create_token("o", expiry="tomorrow"),
        "expiry is not a time",
    ),
    (
        "number for a time",
        lambda s: s.tokens.create_token("o", expiry=5),
        "expiry must be a datetime",
    ),
    (
        "invalid duration",
        lambda s: s.mcp.create_session_token("m", expiry="x"),
        "expiry is not a duration",
    ),
    (
        "invalid JSON",
        lambda s: s.tools.execute_tool("t", "i", {"a": object()}),
        "params is not a Struct",
    ),
    (
        "no alternative",
        lambda s: s.mcp.create_session_token(),
        "exactly one of mcp_config_id and connection_name",
    ),
    (
        "two alternatives",
        lambda s: s.mcp.create_session_token("a", connection_name="b"),
        "exactly one of mcp_config_id and connection_name",
    ),
    (
        "string for a mask",
        lambda s: s.clients.update_client("c", {}, mask="name"),
        "mask must be a list of field names",
    ),
]


@pytest.mark.parametrize(
    ("call", "problem"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID]
)
def test_invalid_arguments_are_rejected_before_a_request_is_sent(
    services: Services, call: Callable[[Services], Any], problem: str
) -> None:
    with pytest.raises(ScalekitArgumentException, match=problem) as caught:
        call(services)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)
    assert caught.value.operation in OPERATIONS
    assert not services.recorder.calls


@pytest.mark.parametrize(
    "value", ["ORGANIZATION_DOMAIN", "organization_domain", 2, domains_pb2.ORGANIZATION_DOMAIN]
)
def test_enums_are_accepted_by_name_and_number(services: Services, value: Any) -> None:
    services.domain.create_domain("org_1", "example.com", domain_type=value)
    sent = services.recorder.sent(domains_pb2.CreateDomainRequest)
    assert sent.domain.domain_type == domains_pb2.ORGANIZATION_DOMAIN


def test_unspecified_is_accepted_for_every_enum(services: Services) -> None:
    services.domain.create_domain("org_1", "example.com", "UNSPECIFIED")
    sent = services.recorder.sent(domains_pb2.CreateDomainRequest)
    assert sent.domain.domain_type == domains_pb2.DOMAIN_TYPE_UNSPECIFIED


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("2024-01-02", "2024-01-02T00:00:00Z"),
        ("2024-01-02T03:04:05", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05.123456789+02:00", "2024-01-02T01:04:05.123456789Z"),
        (datetime(2024, 1, 2, 3), "2024-01-02T03:00:00Z"),
        (datetime(2024, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))), "2024-01-02T02:00:00Z"),
    ],
)
def test_times_are_accepted_as_text_and_as_datetime(
    services: Services, value: Any, sent: str
) -> None:
    services.directory.list_directory_users("org_1", "dir_1", updated_after=value)
    request = services.recorder.sent(directories_pb2.ListDirectoryUsersRequest)
    assert request.updated_after.ToJsonString() == sent
    services.directory.list_directory_users("org_1", "dir_1", updated_after=request.updated_after)
    assert services.recorder.sent(directories_pb2.ListDirectoryUsersRequest) == request


@pytest.mark.parametrize("value", [90, 90.0, "90s", timedelta(seconds=90)])
def test_durations_are_accepted_as_seconds_and_as_timedelta(services: Services, value: Any) -> None:
    services.mcp.create_session_token(connection_name="GMAIL", identifier="me", expiry=value)
    sent = services.recorder.sent(mcp_pb2.CreateMcpSessionTokenRequest)
    assert (sent.key_id, sent.expiry.seconds) == ("GMAIL", 90)


def test_messages_are_accepted_as_mappings(services: Services) -> None:
    services.users.update_user_by_external_id("ext", {"user_profile": {"given_name": "Ada"}})
    sent = services.recorder.sent(users_pb2.UpdateUserRequest)
    assert (sent.external_id, sent.user.user_profile.given_name) == ("ext", "Ada")
    services.organization.update_organization_settings("org_1", [{"name": "sso", "enabled": True}])
    settings = services.recorder.sent(organizations_pb2.UpdateOrganizationSettingsRequest).settings
    assert [(feature.name, feature.enabled) for feature in settings.features] == [("sso", True)]


def test_lists_of_messages_accept_strings_for_their_main_field(services: Services) -> None:
    roles = ["admin", users_pb2.AssignRoleRequest(role_name="editor"), {"role_name": "viewer"}]
    services.users.assign_user_roles("org_1", "usr_1", roles)
    sent = services.recorder.sent(users_pb2.AssignUserRolesRequest)
    assert [role.role_name for role in sent.roles] == ["admin", "editor", "viewer"]


def test_free_form_values_are_sent_unchanged(services: Services) -> None:
    services.providers.create_custom_provider(
        "CRM", "https://crm.example", auth_patterns=[AuthPattern(), {"a": [1]}]
    )
    sent = services.recorder.sent(providers_pb2.CreateCustomProviderRequest).provider
    assert MessageToDict(sent.auth_patterns) == [{"type": "OAUTH"}, {"a": [1.0]}]
    assert sent.proxy_enabled


@pytest.mark.parametrize("value", [{"default_member_role": "member"}, None])
def test_a_request_message_is_merged_with_the_arguments(services: Services, value: Any) -> None:
    request = roles_pb2.UpdateDefaultOrganizationRolesRequest(default_member_role="member")
    services.roles.update_default_organization_roles("org_1", value or request)
    sent = services.recorder.sent(roles_pb2.UpdateDefaultOrganizationRolesRequest)
    assert (sent.org_id, sent.default_member_role) == ("org_1", "member")


def test_a_missing_argument_differs_from_a_zero(services: Services) -> None:
    settings = organizations_pb2.UpsertUserManagementSettingsRequest
    services.organization.upsert_user_management_settings("org_1")
    assert services.recorder.sent(settings).HasField("settings")
    assert not services.recorder.sent(settings).settings.HasField("max_allowed_users")
    services.organization.upsert_user_management_settings("org_1", max_allowed_users=0)
    assert services.recorder.sent(settings).settings.max_allowed_users.value == 0
    assert services.recorder.sent(settings).settings.HasField("max_allowed_users")


def test_an_update_mask_contains_the_given_fields(services: Services) -> None:
    services.resources.update_resource_client("res_1", "m2m_1", name="CI", scopes=[], expiry=60)
    sent = services.recorder.sent(clients_pb2.UpdateResourceClientRequest)
    assert list(sent.update_mask.paths) == ["name", "scopes", "expiry"]
    assert sent.client.expiry == 60
    services.clients.update_client("c", clients_pb2.UpdateClient(name="CI"), mask=["name"])
    assert list(services.recorder.sent(clients_pb2.UpdateClientRequest).mask.paths) == ["name"]


def test_a_session_filter_is_a_message(services: Services) -> None:
    session_filter = services.sessions.create_session_filter(
        ["ACTIVE"], start_time=datetime(2024, 1, 1)
    )
    assert isinstance(session_filter, sessions_pb2.UserSessionFilter)
    services.sessions.get_user_sessions("usr_1", filter=session_filter)
    assert services.recorder.sent(sessions_pb2.UserSessionDetailsRequest).filter == session_filter


def test_methods_can_return_a_field_or_the_message_alone(services: Services) -> None:
    link = organizations_pb2.Link(location="https://acme.example/portal")
    services.recorder.responses = [organizations_pb2.GeneratePortalLinkResponse(link=link)]
    result = services.organization.generate_portal_link("org_1")
    assert (result, str(result), f"{result}") == (link, link.location, link.location)
    assert isinstance(services.tokens.invalidate_token("t").SerializeToString(), bytes)
    directory = directories_pb2.Directory(id="dir_1")
    services.recorder.responses = [directories_pb2.ListDirectoriesResponse(directories=[directory])]
    assert services.directory.get_primary_directory_by_organization_id("org_1") == directory
    with pytest.raises(ScalekitNotFoundException, match="no directory"):
        services.directory.get_primary_directory_by_organization_id("org_1")


def client_of(resource_id: str) -> clients_pb2.GetResourceClientResponse:
    return clients_pb2.GetResourceClientResponse(
        client=clients_pb2.M2MClient(resource_id=resource_id)
    )


@pytest.mark.parametrize(
    ("method", "arguments", "operation"),
    [
        ("create_resource_client_secret", (), "ClientService.CreateClientSecret"),
        ("delete_resource_client_secret", ("sec_1",), "ClientService.DeleteClientSecret"),
        ("delete_resource_client", (), "ClientService.DeleteResourceClient"),
    ],
)
def test_clients_of_other_resources_are_not_changed(
    services: Services, method: str, arguments: tuple[str, ...], operation: str
) -> None:
    call = getattr(services.resources, method)
    services.recorder.responses = [client_of("res_2")]
    with pytest.raises(ScalekitArgumentException, match="m2m_1 does not belong to resource res_1"):
        call("res_1", "m2m_1", *arguments)
    assert [name for name, _ in services.recorder.calls] == ["ClientService.GetResourceClient"]
    services.recorder.responses = [client_of("res_1")]
    _, result = call("res_1", "m2m_1", *arguments)
    assert result.code().name == "OK"
    assert services.recorder.calls[-1][0] == operation


def test_claims_are_merged_with_the_claims_of_the_token(
    services: Services, async_services: Services
) -> None:
    current = tokens_pb2.Token(custom_claims={"team": "a", "tier": "1"})
    services.recorder.responses = [tokens_pb2.ValidateTokenResponse(token_info=current)]
    result = services.tokens.update_token("t", custom_claims={"team": "", "plan": "x"})
    assert isinstance(result, tokens_pb2.UpdateTokenResponse)
    assert services.recorder.sent(tokens_pb2.UpdateTokenRequest).custom_claims == {
        "tier": "1",
        "plan": "x",
    }

    async_services.recorder.responses = [tokens_pb2.ValidateTokenResponse(token_info=current)]
    result = asyncio.run(async_services.tokens.update_token("t", custom_claims={"tier": "2"}))
    assert isinstance(result, tokens_pb2.UpdateTokenResponse)
    assert async_services.recorder.sent(tokens_pb2.UpdateTokenRequest).custom_claims == {
        "team": "a",
        "tier": "2",
    }

    async_services.recorder.calls.clear()
    asyncio.run(async_services.tokens.update_token("t", description="new"))
    assert [name for name, _ in async_services.recorder.calls] == ["ApiTokenService.UpdateToken"]


def test_iterators_yield_the_items_of_all_pages(
    services: Services, async_services: Services
) -> None:
    def pages() -> list[Any]:
        first = users_pb2.ListUsersResponse(
            users=[users_pb2.User(id="usr_1")], next_page_token="next"
        )
        return [first, users_pb2.ListUsersResponse(users=[users_pb2.User(id="usr_2")])]

    services.recorder.responses = pages()
    assert [user.id for user in services.users.iter_users(page_size=1)] == ["usr_1", "usr_2"]
    sent = services.recorder.sent(users_pb2.ListUsersRequest)
    assert (sent.page_size, sent.page_token) == (1, "next")

    async def collect() -> list[str]:
        return [user.id async for user in async_services.users.iter_users(page_size=1)]

    async_services.recorder.responses = pages()
    assert asyncio.run(collect()) == ["usr_1", "usr_2"]


@pytest.mark.parametrize(
    "request_",
    [
        roles_pb2.UpdateDefaultOrganizationRolesRequest(
            org_id="org_other", default_member_role="member"
        ),
        {"org_id": "org_other", "default_member_role": "member"},
        {"orgId": "org_other", "defaultMemberRole": "member"},
    ],
)
def test_an_explicit_argument_overrides_the_field_of_a_request(request_: Any) -> None:
    services = Services()
    services.roles.update_default_organization_roles("org_mine", request_)
    sent = services.recorder.sent(roles_pb2.UpdateDefaultOrganizationRolesRequest)
    assert (sent.org_id, sent.default_member_role) == ("org_mine", "member")


def test_required_text_must_not_be_empty() -> None:
    services = Services()
    for call in (
        lambda: services.tokens.validate_token(""),
        lambda: services.tokens.invalidate_token(""),
        lambda: services.tokens.update_token("", {"a": "b"}),
        lambda: services.tokens.list_tokens(""),
        lambda: services.tokens.create_token(""),
        lambda: services.users.delete_user(""),
        lambda: services.resources.get_resource(""),
    ):
        with pytest.raises(ScalekitArgumentException, match=" must not be empty"):
            call()
    for given in (
        {},
        {"default_creator_role": "a"},
        {"default_creator_role": "a", "default_member_role": ""},
    ):
        with pytest.raises(ValueError, match="_role is required"):
            services.roles.update_default_roles(**given)
    assert services.recorder.calls == []
    services.roles.update_default_roles("admin", "member")
    sent = services.recorder.sent(roles_pb2.UpdateDefaultRolesRequest)
    assert (sent.default_creator_role, sent.default_member_role) == ("admin", "member")


def test_a_code_takes_precedence_over_a_link_token() -> None:
    services = Services()
    for arguments, expected in (
        ({"code": "1", "link_token": "t"}, {"code": "1"}),
        ({"code": "", "link_token": "t"}, {"linkToken": "t"}),
        ({"code": None, "link_token": "t"}, {"linkToken": "t"}),
        ({"code": "1", "link_token": ""}, {"code": "1"}),
        ({"code": "", "auth_request_id": "r"}, {"authRequestId": "r"}),
    ):
        services.passwordless.verify_passwordless_email(**arguments)
        sent = services.recorder.sent(passwordless_pb2.VerifyPasswordLessRequest)
        assert MessageToDict(sent) == expected


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_parameters_are_annotated_at_run_time(name: str) -> None:
    for method in vars(type(getattr(Services(), name)).__mro__[1]).values():
        if inspect.isfunction(method):
            hints = get_type_hints(method)
            assert set(inspect.signature(method).parameters) - {"self"} == set(hints), method


def test_annotations_describe_json_values() -> None:
    def hints(method: Any) -> dict[str, Any]:
        return get_type_hints(method)

    services = Services()
    assert hints(services.organization.get_organization) == {"organization_id": str}
    assert hints(services.roles.delete_role) == {"role_name": str, "reassign_role_name": str | None}
    assert hints(services.users.create_user_and_membership)["user"] is Any
    assert hints(services.users.create_user_and_membership)["send_invitation_email"] is bool
    assert hints(services.domain.list_domains)["domain_type"] == int | str | None
    assert hints(services.tokens.create_token)["custom_claims"] == dict[str, str] | None

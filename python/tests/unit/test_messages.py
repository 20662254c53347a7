"""Tests that messages behave like protobuf messages on every runtime."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.timestamp_pb2 import Timestamp
from stub_server import Response, StubServer

from scalekit import ScalekitClient, struct_to_dict
from scalekit.utils.directory import DirGroup, DirUser, ListDirGroupsResponse, ListDirUsersResponse
from scalekit.v1.clients.clients_pb2 import M2MClient
from scalekit.v1.connected_accounts.connected_accounts_pb2 import (
    GetMagicLinkForConnectedAccountResponse,
)
from scalekit.v1.connections import connections_pb2
from scalekit.v1.connections.connections_pb2 import ConnectionType, CreateConnection
from scalekit.v1.directories import directories_pb2
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization, Link, Organization
from scalekit.v1.sessions.sessions_pb2 import SessionDetails
from scalekit.v1.tools.tools_pb2 import ExecuteToolResponse
from scalekit.v1.users.users_pb2 import CreateUser

pytestmark = pytest.mark.protobuf


def test_messages_support_the_protobuf_api() -> None:
    organization = Organization(id="org_1", display_name="Acme", metadata={"a": "b"})
    organization.create_time.FromJsonString("2026-01-02T03:04:05Z")
    assert organization.HasField("create_time")
    assert not organization.HasField("update_time")
    copy = Organization()
    copy.CopyFrom(organization)
    assert copy == organization
    as_dict = MessageToDict(organization, preserving_proto_field_name=True)
    assert as_dict["create_time"] == "2026-01-02T03:04:05Z"
    assert ParseDict(as_dict, Organization()) == organization
    assert Organization.FromString(organization.SerializeToString()) == organization
    with pytest.raises(AttributeError):
        organization.nane = "typo"


@pytest.mark.parametrize(
    "message",
    [
        CreateOrganization(display_name="Acme"),
        Timestamp(seconds=5),
        CreateUser(email="jane@acme.com"),
    ],
)
def test_messages_can_be_pickled(message: Any) -> None:
    copy = pickle.loads(pickle.dumps(message))
    assert copy == message
    assert type(copy) is type(message)


def test_nested_classes_are_found_and_can_be_pickled() -> None:
    nested = [
        (message, inner)
        for message in vars(connections_pb2).values()
        if hasattr(message, "DESCRIPTOR") and hasattr(message.DESCRIPTOR, "nested_types")
        for inner in message.DESCRIPTOR.nested_types
        if not inner.GetOptions().map_entry
    ]
    for message, inner in nested:
        kind = getattr(message, inner.name)
        assert kind.__qualname__ == f"{message.__name__}.{inner.name}"
        assert type(pickle.loads(pickle.dumps(kind()))) is kind


def test_message_classes_have_their_module_and_name() -> None:
    assert Organization.__module__ == "scalekit.v1.organizations.organizations_pb2"
    assert Organization.__name__ == Organization.__qualname__ == "Organization"


def test_enums_behave_like_those_of_protobuf() -> None:
    assert ConnectionType.Value("SAML") == connections_pb2.SAML
    assert ConnectionType.Name(connections_pb2.SAML) == "SAML"
    connection = CreateConnection()
    connection.type = "OIDC"
    assert connection.type == connections_pb2.OIDC
    connection.type = connections_pb2.SAML
    assert connection.type == ConnectionType.SAML
    assert CreateConnection(type="SAML") == CreateConnection(type=connections_pb2.SAML)
    connection.type = 4711
    assert CreateConnection.FromString(connection.SerializeToString()).type == 4711


def test_documented_aliases_of_fields_work(client: ScalekitClient, server: StubServer) -> None:
    user = CreateUser()
    user.email = "john.doe@example.com"
    user.given_name = "John"
    user.family_name = "Doe"
    path = "/api/v1/organizations/org_1/users"
    server.on(path, Response(body={"user": {"id": "usr_1"}}))
    client.users.create_user_and_membership("org_1", user)
    sent = server.requests[-1].json()
    assert sent["user_profile"] == {"given_name": "John", "family_name": "Doe"}
    assert "given_name" not in sent
    directory = directories_pb2.CreateDirectory()
    directory.provider = "okta"
    server.on("/api/v1/organizations/org_1/directories", Response(body={}))
    client.directory.create_directory("org_1", directory)
    assert server.requests[-1].json() == {"directory_provider": "OKTA"}
    assert SessionDetails(session_id="ses_1").id == "ses_1"
    assert M2MClient(client_id="m2morg_1").id == "m2morg_1"
    assert GetMagicLinkForConnectedAccountResponse(link="https://x").magic_link == "https://x"


def test_the_text_of_a_portal_link_is_its_location(
    client: ScalekitClient, server: StubServer
) -> None:
    server.on(
        "/api/v1/organizations/org_1/portal_links",
        Response(body={"link": {"id": "lnk_1", "location": "https://portal"}}),
    )
    link = client.organization.generate_portal_link("org_1")
    assert isinstance(link, Link)
    assert link.location == str(link) == f"{link}" == "https://portal"
    assert f"{link:>15}" == " https://portal"
    assert link.id == "lnk_1"


def test_directory_listings_have_the_documented_classes(
    client: ScalekitClient, server: StubServer
) -> None:
    base = "/api/v1/organizations/org_1/directories/dir_1"
    server.on(
        f"{base}/users",
        Response(body={"users": [{"email": "jane@acme.com", "groups": [{"id": "g"}]}]}),
    )
    server.on(
        f"{base}/groups", Response(body={"groups": [{"display_name": "Staff", "total_users": 3}]})
    )
    users, _ = client.directory.list_directory_users(
        "org_1", "dir_1", updated_after="2026-01-01T00:00:00Z"
    )
    assert isinstance(users, ListDirUsersResponse)
    assert isinstance(users.users[0], DirUser)
    assert users.users[0].email == "jane@acme.com"
    groups, _ = client.directory.list_directory_groups("org_1", "dir_1", page_size=5)
    assert isinstance(groups, ListDirGroupsResponse)
    assert isinstance(groups.groups[0], DirGroup)
    assert groups.groups[0].total_users == 3


def test_structs_convert_to_dicts() -> None:
    response = ExecuteToolResponse()
    response.data.update({"a": [1, "x", None, {"b": True}]})
    assert struct_to_dict(response.data) == {"a": [1.0, "x", None, {"b": True}]}


def test_unknown_fields_and_enum_values_are_accepted(
    client: ScalekitClient, server: StubServer
) -> None:
    body = {
        "connection": {
            "id": "conn_1",
            "type": "TELEPATHY",
            "new_field": {"x": [1]},
            "provider": "OKTA",
        }
    }
    server.on("/api/v1/organizations/org_1/connections/conn_1", Response(body=body))
    message, _ = client.connection.get_connection("org_1", "conn_1")
    assert message.connection.id == "conn_1"
    assert message.connection.provider == connections_pb2.OKTA

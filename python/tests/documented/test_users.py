"""Directories, users and memberships."""

from __future__ import annotations

import pytest

from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.v1.directories.directories_pb2 import CreateDirectory, DirectoryProvider
from scalekit.v1.users.users_pb2 import CreateMembership, CreateUser, UpdateMembership, UpdateUser

from .registry import example


@example("directory.list_directories")
def test_list_directories(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.directory.list_directories("org_123456")
    assert [directory.id for directory in response[0].directories] == ["directory_123456"]


@example("directory.get_directory")
def test_get_directory(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.directory.get_directory("org_123456", "directory_123456")
    directory = response[0].directory
    assert directory.total_users == 1


@example("directory.create_directory")
def test_create_directory(scalekit_client: ScalekitClient) -> None:
    directory = CreateDirectory()
    directory.provider = "azure"
    response = scalekit_client.directory.create_directory("org_123456", directory)
    assert response[0].directory.directory_provider == DirectoryProvider.Value("MICROSOFT_AD")


@example("directory.list_directory_users")
def test_list_directory_users(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.directory.list_directory_users(
        "org_123456", "directory_123456", page_size=50
    )
    assert [user.email for user in response[0].users] == ["ada@acme.com"]


@example("directory.list_directory_groups")
def test_list_directory_groups(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.directory.list_directory_groups(
        "org_123456", "directory_123456", page_size=50
    )
    assert [group.display_name for group in response[0].groups] == ["Engineering"]


@example("directory.enable_directory")
def test_enable_directory(scalekit_client: ScalekitClient) -> None:
    assert scalekit_client.directory.enable_directory("org_123456", "directory_123456")[0].enabled


@example("directory.disable_directory")
def test_disable_directory(scalekit_client: ScalekitClient) -> None:
    assert not scalekit_client.directory.disable_directory("org_123456", "directory_123456")[
        0
    ].enabled


@example("directory.delete_directory")
def test_delete_directory(scalekit_client: ScalekitClient) -> None:
    # An enabled directory cannot be deleted.
    scalekit_client.directory.disable_directory("org_123456", "directory_123456")
    scalekit_client.directory.delete_directory("org_123456", "directory_123456")
    assert not scalekit_client.directory.list_directories("org_123456")[0].directories


@example("users.list_users")
def test_list_users(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.users.list_users(page_size=50, page_token="next_page_token")
    assert [user.email for user in response[0].users] == ["jane@example.com"]


@example("users.list_organization_users")
def test_list_organization_users(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.users.list_organization_users("org_123456", page_size=50)
    assert [user.email for user in response[0].users] == ["jane@example.com"]


@example("users.get_user")
def test_get_user(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.users.get_user("usr_123456")
    user = response[0].user
    assert user.email == "jane@example.com"


@example("users.get_user_by_external_id")
def test_get_user_by_external_id(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.users.get_user_by_external_id("external_123")
    user = response[0].user
    assert user.id == "usr_123456"


@example("users.create_user_and_membership")
def test_create_user_and_membership(scalekit_client: ScalekitClient) -> None:
    user = CreateUser()
    user.email = "john.doe@example.com"
    user.given_name = "John"
    user.family_name = "Doe"
    response = scalekit_client.users.create_user_and_membership(
        "org_123456", user, send_invitation_email=True
    )
    assert response[0].user.user_profile.name == "John Doe"


@example("users.update_user")
def test_update_user(scalekit_client: ScalekitClient) -> None:
    user = UpdateUser()
    user.given_name = "John"
    response = scalekit_client.users.update_user("usr_123456", user)
    assert response[0].user.user_profile.given_name == "John"


@example("users.delete_user")
def test_delete_user(scalekit_client: ScalekitClient) -> None:
    scalekit_client.users.delete_user("usr_123456")
    with pytest.raises(ScalekitNotFoundException):
        scalekit_client.users.get_user("usr_123456")


@example("users.create_membership")
def test_create_membership(scalekit_client: ScalekitClient) -> None:
    scalekit_client.users.delete_membership("org_123456", "usr_123456")
    membership = CreateMembership()
    response = scalekit_client.users.create_membership(
        "org_123456", "usr_123456", membership, send_invitation_email=True
    )
    assert response[0].user.memberships[0].organization_id == "org_123456"


@example("users.update_membership")
def test_update_membership(scalekit_client: ScalekitClient) -> None:
    membership = UpdateMembership()
    response = scalekit_client.users.update_membership("org_123456", "usr_123456", membership)
    assert response[0].user.id == "usr_123456"


@example("users.delete_membership")
def test_delete_membership(scalekit_client: ScalekitClient) -> None:
    scalekit_client.users.delete_membership("org_123456", "usr_123456")
    assert not scalekit_client.users.get_user("usr_123456")[0].user.memberships


@example("users.resend_invite")
def test_resend_invite(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.users.resend_invite("org_123456", "usr_123456")
    assert response[0].invite.resent_count == 1

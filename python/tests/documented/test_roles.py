"""Roles and permissions."""

from __future__ import annotations

import pytest

from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.v1.roles.roles_pb2 import (
    CreateOrganizationRole,
    CreatePermission,
    CreateRole,
    UpdateRole,
)

from .registry import example


def permissions_of(client: ScalekitClient, role: str) -> list[str]:
    response = client.permissions.list_role_permissions(role)
    return [permission.name for permission in response[0].permissions]


@example("roles.list_roles")
def test_list_roles(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.roles.list_roles()
    names = {role.name for role in response[0].roles}
    assert names == {"admin", "member", "viewer", "editor", "senior_editor"}


@example("roles.get_role")
def test_get_role(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.roles.get_role("admin")
    role = response[0].role
    assert role.display_name == "Admin"


@example("roles.create_role")
def test_create_role(scalekit_client: ScalekitClient) -> None:
    scalekit_client.roles.delete_role("editor", reassign_role_name="viewer")
    role = CreateRole()
    role.name = "editor"
    role.display_name = "Editor"
    response = scalekit_client.roles.create_role(role)
    assert response[0].role.id.startswith("role_")


@example("roles.update_role")
def test_update_role(scalekit_client: ScalekitClient) -> None:
    role = UpdateRole()
    role.display_name = "Senior Editor"
    response = scalekit_client.roles.update_role("editor", role)
    assert response[0].role.display_name == "Senior Editor"


@example("roles.delete_role")
def test_delete_role(scalekit_client: ScalekitClient) -> None:
    scalekit_client.roles.delete_role("editor", reassign_role_name="viewer")
    user = scalekit_client.users.get_user("usr_123456")[0].user
    assert [role.name for role in user.memberships[0].roles] == ["viewer"]


@example("roles.get_role_users_count")
def test_get_role_users_count(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.roles.get_role_users_count("admin")
    assert f"User count: {response[0].count}" == "User count: 0"


@example("roles.list_organization_roles")
def test_list_organization_roles(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.roles.list_organization_roles("org_123456")
    assert [role.name for role in response[0].roles] == ["org_admin"]


@example("roles.create_organization_role")
def test_create_organization_role(scalekit_client: ScalekitClient) -> None:
    scalekit_client.roles.delete_organization_role("org_123456", "org_admin")
    role = CreateOrganizationRole()
    role.name = "org_admin"
    role.display_name = "Organization Admin"
    response = scalekit_client.roles.create_organization_role("org_123456", role)
    assert response[0].role.display_name == "Organization Admin"


@example("roles.get_organization_role")
def test_get_organization_role(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.roles.get_organization_role("org_123456", "org_admin")
    role = response[0].role
    assert role.name == "org_admin"


@example("roles.update_organization_role")
def test_update_organization_role(scalekit_client: ScalekitClient) -> None:
    role = UpdateRole()
    role.display_name = "Organization Administrator"
    response = scalekit_client.roles.update_organization_role("org_123456", "org_admin", role)
    assert response[0].role.display_name == "Organization Administrator"


@example("roles.delete_organization_role")
def test_delete_organization_role(scalekit_client: ScalekitClient) -> None:
    scalekit_client.roles.delete_organization_role(
        "org_123456", "org_admin", reassign_role_name="member"
    )
    assert not scalekit_client.roles.list_organization_roles("org_123456")[0].roles


@example("permissions.list_permissions")
def test_list_permissions(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.permissions.list_permissions(page_size=50)
    assert [permission.name for permission in response[0].permissions] == [
        "write:articles",
        "edit:articles",
    ]


@example("permissions.get_permission")
def test_get_permission(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.permissions.get_permission("write:articles")
    permission = response[0].permission
    assert permission.name == "write:articles"


@example("permissions.create_permission")
def test_create_permission(scalekit_client: ScalekitClient) -> None:
    scalekit_client.permissions.delete_permission("write:articles")
    permission = CreatePermission()
    permission.name = "write:articles"
    permission.description = "Permission to write articles"
    response = scalekit_client.permissions.create_permission(permission)
    assert response[0].permission.description == "Permission to write articles"


@example("permissions.update_permission")
def test_update_permission(scalekit_client: ScalekitClient) -> None:
    permission = CreatePermission()
    permission.description = "Updated description"
    response = scalekit_client.permissions.update_permission("write:articles", permission)
    assert response[0].permission.description == "Updated description"


@example("permissions.delete_permission")
def test_delete_permission(scalekit_client: ScalekitClient) -> None:
    scalekit_client.permissions.delete_permission("write:articles")
    with pytest.raises(ScalekitNotFoundException):
        scalekit_client.permissions.get_permission("write:articles")


@example("permissions.list_role_permissions")
def test_list_role_permissions(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.permissions.list_role_permissions("editor")
    assert [permission.name for permission in response[0].permissions] == ["write:articles"]


@example("permissions.add_permissions_to_role")
def test_add_permissions_to_role(scalekit_client: ScalekitClient) -> None:
    scalekit_client.permissions.add_permissions_to_role(
        "editor", ["write:articles", "edit:articles"]
    )
    assert permissions_of(scalekit_client, "editor") == ["write:articles", "edit:articles"]


@example("permissions.remove_permission_from_role")
def test_remove_permission_from_role(scalekit_client: ScalekitClient) -> None:
    scalekit_client.permissions.remove_permission_from_role("editor", "write:articles")
    assert permissions_of(scalekit_client, "editor") == []


@example("permissions.list_effective_role_permissions")
def test_list_effective_role_permissions(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.permissions.list_effective_role_permissions("senior_editor")
    assert (
        f"Total effective permissions: {len(response[0].permissions)}"
        == "Total effective permissions: 2"
    )

//! The roles of `RolesService`.

mod change;
mod defaults;
mod environment;
mod organization;
mod permissions;
pub(super) mod show;

use super::{Entry, reads, writes};

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "RolesService.AddPermissionsToRole",
        writes!(permissions::add),
    ),
    (
        "RolesService.CreateOrganizationRole",
        writes!(organization::create),
    ),
    ("RolesService.CreateRole", writes!(environment::create)),
    (
        "RolesService.DeleteOrganizationRole",
        writes!(organization::delete),
    ),
    (
        "RolesService.DeleteOrganizationRoleBase",
        writes!(organization::delete_base),
    ),
    ("RolesService.DeleteRole", writes!(environment::delete)),
    (
        "RolesService.DeleteRoleBase",
        writes!(environment::delete_base),
    ),
    (
        "RolesService.GetOrganizationRole",
        reads!(organization::get),
    ),
    (
        "RolesService.GetOrganizationRoleUsersCount",
        reads!(organization::count_users),
    ),
    ("RolesService.GetRole", reads!(environment::get)),
    (
        "RolesService.GetRoleUsersCount",
        reads!(environment::count_users),
    ),
    (
        "RolesService.ListDependentRoles",
        reads!(environment::list_dependents),
    ),
    (
        "RolesService.ListEffectiveRolePermissions",
        reads!(permissions::list_effective),
    ),
    (
        "RolesService.ListOrganizationRoles",
        reads!(organization::list),
    ),
    (
        "RolesService.ListRolePermissions",
        reads!(permissions::list),
    ),
    ("RolesService.ListRoles", reads!(environment::list)),
    (
        "RolesService.RemovePermissionFromRole",
        writes!(permissions::remove),
    ),
    (
        "RolesService.UpdateDefaultOrganizationRoles",
        writes!(defaults::update_organization),
    ),
    ("RolesService.UpdateDefaultRoles", writes!(defaults::update)),
    (
        "RolesService.UpdateOrganizationRole",
        writes!(organization::update),
    ),
    ("RolesService.UpdateRole", writes!(environment::update)),
];

//! The roles of `RolesService`.

mod change;
mod defaults;
mod environment;
mod organization;
mod permissions;
pub(super) mod show;

use super::{Entry, read, write};

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "RolesService.AddPermissionsToRole",
        write!(permissions::add),
    ),
    (
        "RolesService.CreateOrganizationRole",
        write!(organization::create),
    ),
    ("RolesService.CreateRole", write!(environment::create)),
    (
        "RolesService.DeleteOrganizationRole",
        write!(organization::delete),
    ),
    (
        "RolesService.DeleteOrganizationRoleBase",
        write!(organization::delete_base),
    ),
    ("RolesService.DeleteRole", write!(environment::delete)),
    (
        "RolesService.DeleteRoleBase",
        write!(environment::delete_base),
    ),
    ("RolesService.GetOrganizationRole", read!(organization::get)),
    (
        "RolesService.GetOrganizationRoleUsersCount",
        read!(organization::count_users),
    ),
    ("RolesService.GetRole", read!(environment::get)),
    (
        "RolesService.GetRoleUsersCount",
        read!(environment::count_users),
    ),
    (
        "RolesService.ListDependentRoles",
        read!(environment::list_dependents),
    ),
    (
        "RolesService.ListEffectiveRolePermissions",
        read!(permissions::list_effective),
    ),
    (
        "RolesService.ListOrganizationRoles",
        read!(organization::list),
    ),
    ("RolesService.ListRolePermissions", read!(permissions::list)),
    ("RolesService.ListRoles", read!(environment::list)),
    (
        "RolesService.RemovePermissionFromRole",
        write!(permissions::remove),
    ),
    (
        "RolesService.UpdateDefaultOrganizationRoles",
        write!(defaults::update_organization),
    ),
    ("RolesService.UpdateDefaultRoles", write!(defaults::update)),
    (
        "RolesService.UpdateOrganizationRole",
        write!(organization::update),
    ),
    ("RolesService.UpdateRole", write!(environment::update)),
];

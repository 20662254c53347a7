//! Roles as the API shows them.

use scalekit::api::raw::roles::{Role, RolePermission};

use crate::state::{RoleRow, State, role_permission};

/// The permissions to include in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Include {
    Nothing,
    Own,
    All,
}

impl From<Option<&str>> for Include {
    fn from(text: Option<&str>) -> Self {
        match text {
            Some("permissions") => Self::Own,
            Some("permissions:all") => Self::All,
            _ => Self::Nothing,
        }
    }
}

pub(crate) fn show(state: &State, row: &RoleRow, include: Include) -> Role {
    let organization_default =
        |id: &String| state.default_member_roles.get(id) == Some(&row.role.name);
    Role {
        permissions: permissions(state, row, include),
        default_member: row
            .organization_id
            .as_ref()
            .map_or(row.role.default_member, organization_default),
        dependent_roles_count: i32::try_from(state.dependents_of(row).count()).unwrap_or(i32::MAX),
        is_org_role: row.organization_id.is_some(),
        ..row.role.clone()
    }
}

fn permissions(state: &State, row: &RoleRow, include: Include) -> Vec<RolePermission> {
    match include {
        Include::Nothing => Vec::new(),
        Include::Own => {
            let own = state.own_permissions(row);
            own.into_iter()
                .map(|permission| role_permission(permission, &row.role.name))
                .collect()
        }
        Include::All => {
            let all = state.effective_permissions(row);
            all.into_iter()
                .map(|(permission, role)| role_permission(permission, role))
                .collect()
        }
    }
}

//! The permissions of a role of the environment.

use scalekit::api::raw::Empty;
use scalekit::api::raw::roles::{
    AddPermissionsToRoleRequest, AddPermissionsToRoleResponse, ListEffectiveRolePermissionsRequest,
    ListEffectiveRolePermissionsResponse, ListRolePermissionsRequest, ListRolePermissionsResponse,
    Permission, RemovePermissionFromRoleRequest,
};

use super::change::{add_permissions, emit_event, require};
use crate::api_error::ApiError;
use crate::services::permissions;
use crate::state::{Ctx, RoleRow, State};

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListRolePermissionsRequest,
) -> Result<ListRolePermissionsResponse, ApiError> {
    let row = require(state, None, &request.role_name)?;
    Ok(ListRolePermissionsResponse {
        permissions: own(state, row),
    })
}

pub(super) fn list_effective(
    state: &State,
    _: &Ctx<'_>,
    request: ListEffectiveRolePermissionsRequest,
) -> Result<ListEffectiveRolePermissionsResponse, ApiError> {
    let all = state.effective_permissions(require(state, None, &request.role_name)?);
    let permissions = all
        .into_iter()
        .map(|(permission, _)| permission.clone())
        .collect();
    Ok(ListEffectiveRolePermissionsResponse { permissions })
}

pub(super) fn add(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: AddPermissionsToRoleRequest,
) -> Result<AddPermissionsToRoleResponse, ApiError> {
    let mut row = require(state, None, &request.role_name)?.clone();
    add_permissions(state, &mut row.role.permissions, &request.permission_names);
    let row = state.roles.insert(&mut state.ids, row).clone();
    emit_event(state, ctx, "role.updated", &row);
    Ok(AddPermissionsToRoleResponse {
        permissions: own(state, &row),
    })
}

pub(super) fn remove(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: RemovePermissionFromRoleRequest,
) -> Result<Empty, ApiError> {
    let mut row = require(state, None, &request.role_name)?.clone();
    permissions::require(state, &request.permission_name)?;
    row.role
        .permissions
        .retain(|own| own.name != request.permission_name);
    let row = state.roles.insert(&mut state.ids, row).clone();
    emit_event(state, ctx, "role.updated", &row);
    Ok(Empty {})
}

fn own(state: &State, row: &RoleRow) -> Vec<Permission> {
    state.own_permissions(row).into_iter().cloned().collect()
}

//! Roles of the environment.

use scalekit::api::raw::Empty;
use scalekit::api::raw::roles::{
    CreateRoleRequest, CreateRoleResponse, DeleteRoleBaseRequest, DeleteRoleRequest,
    GetRoleRequest, GetRoleResponse, GetRoleUsersCountRequest, GetRoleUsersCountResponse,
    ListDependentRolesRequest, ListDependentRolesResponse, ListRolesRequest, ListRolesResponse,
    UpdateRoleRequest, UpdateRoleResponse,
};

use super::change::{self, require};
use super::show::{Include, show};
use crate::api_error::ApiError;
use crate::state::{Ctx, State};

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateRoleRequest,
) -> Result<CreateRoleResponse, ApiError> {
    let role = change::create(state, ctx, None, request.role.unwrap_or_default())?;
    Ok(CreateRoleResponse { role: Some(role) })
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateRoleRequest,
) -> Result<UpdateRoleResponse, ApiError> {
    let role = change::update(
        state,
        ctx,
        None,
        &request.role_name,
        request.role.unwrap_or_default(),
    )?;
    Ok(UpdateRoleResponse { role: Some(role) })
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetRoleRequest,
) -> Result<GetRoleResponse, ApiError> {
    let row = require(state, None, &request.role_name)?;
    Ok(GetRoleResponse {
        role: Some(show(state, row, request.include.as_deref().into())),
    })
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListRolesRequest,
) -> Result<ListRolesResponse, ApiError> {
    let include = request.include.as_deref().into();
    let roles = state.roles.by("organization", "");
    Ok(ListRolesResponse {
        roles: roles.map(|row| show(state, row, include)).collect(),
    })
}

pub(super) fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteRoleRequest,
) -> Result<Empty, ApiError> {
    // The deprecated field contains a role id.
    let by_id = || {
        state
            .roles
            .get(request.reassign_role_id.as_deref()?)
            .map(|row| row.role.name.clone())
    };
    let successor = request
        .reassign_role_name
        .clone()
        .or_else(by_id)
        .or(request.reassign_role_id);
    change::delete(state, ctx, None, &request.role_name, successor.as_deref())?;
    Ok(Empty {})
}

pub(super) fn delete_base(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteRoleBaseRequest,
) -> Result<Empty, ApiError> {
    change::delete_base(state, ctx, None, &request.role_name)?;
    Ok(Empty {})
}

pub(super) fn count_users(
    state: &State,
    _: &Ctx<'_>,
    request: GetRoleUsersCountRequest,
) -> Result<GetRoleUsersCountResponse, ApiError> {
    let count = state.users_with(require(state, None, &request.role_name)?, None);
    Ok(GetRoleUsersCountResponse {
        count: i64::try_from(count).unwrap_or(i64::MAX),
    })
}

pub(super) fn list_dependents(
    state: &State,
    _: &Ctx<'_>,
    request: ListDependentRolesRequest,
) -> Result<ListDependentRolesResponse, ApiError> {
    let row = require(state, None, &request.role_name)?;
    let roles = state
        .dependents_of(row)
        .map(|dependent| show(state, dependent, Include::Nothing))
        .collect();
    Ok(ListDependentRolesResponse { roles })
}

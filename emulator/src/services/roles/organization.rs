//! Roles of an organization.

use scalekit::api::raw::Empty;
use scalekit::api::raw::roles::{
    CreateOrganizationRoleRequest, CreateOrganizationRoleResponse,
    DeleteOrganizationRoleBaseRequest, DeleteOrganizationRoleRequest, GetOrganizationRoleRequest,
    GetOrganizationRoleResponse, GetOrganizationRoleUsersCountRequest,
    GetOrganizationRoleUsersCountResponse, ListOrganizationRolesRequest,
    ListOrganizationRolesResponse, UpdateOrganizationRoleRequest, UpdateOrganizationRoleResponse,
};

use super::change::{self, require};
use super::show::show;
use crate::api_error::ApiError;
use crate::state::{Ctx, State};

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateOrganizationRoleRequest,
) -> Result<CreateOrganizationRoleResponse, ApiError> {
    state.organizations.require(&request.org_id)?;
    let role = change::create(
        state,
        ctx,
        Some(&request.org_id),
        request.role.unwrap_or_default(),
    )?;
    Ok(CreateOrganizationRoleResponse { role: Some(role) })
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationRoleRequest,
) -> Result<UpdateOrganizationRoleResponse, ApiError> {
    state.organizations.require(&request.org_id)?;
    let new = request.role.unwrap_or_default();
    let role = change::update(state, ctx, Some(&request.org_id), &request.role_name, new)?;
    Ok(UpdateOrganizationRoleResponse { role: Some(role) })
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetOrganizationRoleRequest,
) -> Result<GetOrganizationRoleResponse, ApiError> {
    state.organizations.require(&request.org_id)?;
    let row = require(state, Some(&request.org_id), &request.role_name)?;
    Ok(GetOrganizationRoleResponse {
        role: Some(show(state, row, request.include.as_deref().into())),
    })
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListOrganizationRolesRequest,
) -> Result<ListOrganizationRolesResponse, ApiError> {
    state.organizations.require(&request.org_id)?;
    let include = request.include.as_deref().into();
    let roles = state.roles.by("organization", &request.org_id);
    Ok(ListOrganizationRolesResponse {
        roles: roles.map(|row| show(state, row, include)).collect(),
    })
}

pub(super) fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteOrganizationRoleRequest,
) -> Result<Empty, ApiError> {
    state.organizations.require(&request.org_id)?;
    let successor = request.reassign_role_name.as_deref();
    change::delete(
        state,
        ctx,
        Some(&request.org_id),
        &request.role_name,
        successor,
    )?;
    Ok(Empty {})
}

pub(super) fn delete_base(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteOrganizationRoleBaseRequest,
) -> Result<Empty, ApiError> {
    state.organizations.require(&request.org_id)?;
    change::delete_base(state, ctx, Some(&request.org_id), &request.role_name)?;
    Ok(Empty {})
}

/// Also accepts an environment role, because members of the organization can have those.
pub(super) fn count_users(
    state: &State,
    _: &Ctx<'_>,
    request: GetOrganizationRoleUsersCountRequest,
) -> Result<GetOrganizationRoleUsersCountResponse, ApiError> {
    state.organizations.require(&request.org_id)?;
    let row = state.role_in(&request.org_id, &request.role_name);
    let row = row.ok_or_else(|| ApiError::not_found("role", &request.role_name))?;
    let count = state.users_with(row, Some(&request.org_id));
    Ok(GetOrganizationRoleUsersCountResponse {
        count: i64::try_from(count).unwrap_or(i64::MAX),
    })
}

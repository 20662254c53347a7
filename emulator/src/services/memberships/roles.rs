//! Member roles and permissions.

use scalekit::api::raw::Empty;
use scalekit::api::raw::commons::Role;
use scalekit::api::raw::users::{
    AssignUserRolesRequest, AssignUserRolesResponse, ListUserPermissionsRequest,
    ListUserPermissionsResponse, ListUserRolesRequest, ListUserRolesResponse, Permission,
    RemoveUserRoleRequest,
};

use super::{change, require};
use crate::api_error::ApiError;
use crate::state::{Ctx, RoleRow, State};

/// Resolves the roles of a request by name, or by id if the name is empty. Removes duplicates.
pub(super) fn resolve(
    state: &State,
    organization_id: &str,
    requested: &[Role],
) -> Result<Vec<Role>, ApiError> {
    let mut resolved: Vec<Role> = Vec::new();
    for role in requested {
        let role = find(state, organization_id, &role.name, &role.id)?.as_member_role();
        if !resolved.contains(&role) {
            resolved.push(role);
        }
    }
    Ok(resolved)
}

fn find<'s>(
    state: &'s State,
    organization_id: &str,
    name: &str,
    id: &str,
) -> Result<&'s RoleRow, ApiError> {
    let found = if name.is_empty() {
        let usable = |row: &&RoleRow| {
            row.organization_id
                .as_deref()
                .is_none_or(|own| own == organization_id)
        };
        state.roles.get(id).filter(usable)
    } else {
        state.role_in(organization_id, name)
    };
    found.ok_or_else(|| ApiError::not_found("role", if name.is_empty() { id } else { name }))
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListUserRolesRequest,
) -> Result<ListUserRolesResponse, ApiError> {
    let membership = require(state, &request.organization_id, &request.user_id)?;
    let roles = state
        .member_roles(membership)
        .into_iter()
        .map(RoleRow::as_member_role);
    Ok(ListUserRolesResponse {
        roles: roles.collect(),
    })
}

pub(super) fn list_permissions(
    state: &State,
    _: &Ctx<'_>,
    request: ListUserPermissionsRequest,
) -> Result<ListUserPermissionsResponse, ApiError> {
    let membership = require(state, &request.organization_id, &request.user_id)?;
    let permissions = state
        .member_permissions(&state.member_roles(membership))
        .into_iter()
        .map(|permission| Permission {
            id: permission.id.clone(),
            name: permission.name.clone(),
            description: permission.description.clone(),
            ..Permission::default()
        });
    Ok(ListUserPermissionsResponse {
        permissions: permissions.collect(),
    })
}

pub(super) fn assign(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: AssignUserRolesRequest,
) -> Result<AssignUserRolesResponse, ApiError> {
    require(state, &request.organization_id, &request.user_id)?;
    let requested = request.roles.into_iter();
    let requested: Vec<Role> = requested
        .map(|role| Role {
            id: role.id,
            name: role.role_name,
            ..Role::default()
        })
        .collect();
    let added = resolve(state, &request.organization_id, &requested)?;
    change(
        state,
        ctx,
        &request.user_id,
        &request.organization_id,
        |membership| {
            for role in added {
                if !membership
                    .roles
                    .iter()
                    .any(|existing| existing.name == role.name)
                {
                    membership.roles.push(role);
                }
            }
        },
    )?;
    let membership = require(state, &request.organization_id, &request.user_id)?;
    let roles = state
        .member_roles(membership)
        .into_iter()
        .map(RoleRow::as_member_role);
    Ok(AssignUserRolesResponse {
        roles: roles.collect(),
    })
}

pub(super) fn remove(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: RemoveUserRoleRequest,
) -> Result<Empty, ApiError> {
    let membership = require(state, &request.organization_id, &request.user_id)?;
    if !membership
        .roles
        .iter()
        .any(|role| role.name == request.role_name)
    {
        return Err(ApiError::not_found("role", &request.role_name));
    }
    change(
        state,
        ctx,
        &request.user_id,
        &request.organization_id,
        |membership| {
            membership
                .roles
                .retain(|role| role.name != request.role_name);
        },
    )?;
    Ok(Empty {})
}

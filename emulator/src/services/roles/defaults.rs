//! Default roles for creators of organizations and for new members.

use scalekit::api::raw::roles::{
    Role, UpdateDefaultOrganizationRolesRequest, UpdateDefaultOrganizationRolesResponse,
    UpdateDefaultRole, UpdateDefaultRolesRequest, UpdateDefaultRolesResponse,
};

use super::show::{Include, show};
use crate::api_error::ApiError;
use crate::state::{Ctx, RoleRow, State};

pub(super) fn update(
    state: &mut State,
    _: &Ctx<'_>,
    request: UpdateDefaultRolesRequest,
) -> Result<UpdateDefaultRolesResponse, ApiError> {
    let creator = find(state, request.default_creator_role, request.default_creator)?;
    let member = find(state, request.default_member_role, request.default_member)?;
    state.roles.change_all(|row| {
        let is_environment_role = row.organization_id.is_none();
        if let Some(id) = creator.as_ref().filter(|_| is_environment_role) {
            row.role.default_creator = row.role.id == *id;
        }
        if let Some(id) = member.as_ref().filter(|_| is_environment_role) {
            row.role.default_member = row.role.id == *id;
        }
    });
    let environment = |predicate: fn(&&RoleRow) -> bool| {
        let row = state.roles.by("organization", "").find(predicate);
        row.map(|row| show(state, row, Include::Nothing))
    };
    Ok(UpdateDefaultRolesResponse {
        default_creator: environment(|row| row.role.default_creator),
        default_member: environment(|row| row.role.default_member),
    })
}

pub(super) fn update_organization(
    state: &mut State,
    _: &Ctx<'_>,
    request: UpdateDefaultOrganizationRolesRequest,
) -> Result<UpdateDefaultOrganizationRolesResponse, ApiError> {
    let UpdateDefaultOrganizationRolesRequest {
        org_id,
        default_member_role: name,
    } = request;
    state.organizations.require(&org_id)?;
    let row = state
        .role_in(&org_id, &name)
        .cloned()
        .ok_or_else(|| ApiError::not_found("role", &name))?;
    state.default_member_roles.insert(org_id, name);
    let role = Role {
        default_member: true,
        ..show(state, &row, Include::Nothing)
    };
    Ok(UpdateDefaultOrganizationRolesResponse {
        default_member: Some(role),
    })
}

/// Returns the id of the requested role. The request can use the current or the deprecated field.
fn find(
    state: &State,
    name: Option<String>,
    deprecated: Option<UpdateDefaultRole>,
) -> Result<Option<String>, ApiError> {
    let (name, id) = match (name, deprecated) {
        (Some(name), _) => (Some(name), String::new()),
        (None, Some(role)) => (role.name.filter(|name| !name.is_empty()), role.id),
        (None, None) => return Ok(None),
    };
    let row = match &name {
        Some(name) => state.role(None, name),
        None => state
            .roles
            .get(&id)
            .filter(|row| row.organization_id.is_none()),
    };
    let row = row.ok_or_else(|| ApiError::not_found("role", name.as_deref().unwrap_or(&id)))?;
    Ok(Some(row.role.id.clone()))
}

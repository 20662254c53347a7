//! Creating, updating and deleting roles of the environment and of organizations.

use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::roles::{
    CreateOrganizationRole, CreateRole, Role, RolePermission, UpdateRole,
};

use super::show::{Include, show};
use crate::api_error::ApiError;
use crate::state::{Ctx, RoleRow, State};

/// The organization of a role; `None` for the environment.
pub(super) type Scope<'a> = Option<&'a str>;

impl From<CreateOrganizationRole> for NewRole {
    fn from(role: CreateOrganizationRole) -> Self {
        let mut new = CreateRole::new(role.name, role.display_name);
        new.description = role.description;
        new.extends = role.extends;
        new.permissions = role.permissions;
        Self(new)
    }
}

impl From<CreateRole> for NewRole {
    fn from(role: CreateRole) -> Self {
        Self(role)
    }
}

/// A new role of the environment or of an organization.
pub(super) struct NewRole(CreateRole);

pub(super) fn require<'a>(
    state: &'a State,
    scope: Scope<'_>,
    name: &str,
) -> Result<&'a RoleRow, ApiError> {
    state
        .role(scope, name)
        .ok_or_else(|| ApiError::not_found("role", name))
}

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    scope: Scope<'_>,
    new: impl Into<NewRole>,
) -> Result<Role, ApiError> {
    let NewRole(new) = new.into();
    if state.role(scope, &new.name).is_some() || state.role(None, &new.name).is_some() {
        let message = format!("a role with the name {} already exists", new.name);
        return Err(ApiError::exists("ROLE_KEYNAME_CONFLICT", message).resource("role", &new.name));
    }
    if let Some(base) = new.extends.as_deref() {
        check_base(state, scope, &new.name, base)?;
    }
    let role = Role {
        permissions: existing_permissions(state, &new.permissions),
        name: new.name,
        display_name: new.display_name,
        description: new.description.unwrap_or_default(),
        extends: new.extends,
        ..Role::default()
    };
    let row = RoleRow {
        role,
        organization_id: scope.map(str::to_owned),
    };
    let row = state.roles.insert(&mut state.ids, row).clone();
    Ok(emit_event(state, ctx, "role.created", &row))
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    scope: Scope<'_>,
    name: &str,
    new: UpdateRole,
) -> Result<Role, ApiError> {
    let mut row = require(state, scope, name)?.clone();
    if let Some(base) = new.extends {
        check_base(state, scope, name, &base)?;
        row.role.extends = Some(base);
    }
    if let Some(display_name) = new.display_name {
        row.role.display_name = display_name;
    }
    if let Some(description) = new.description {
        row.role.description = description;
    }
    if !new.permissions.is_empty() {
        row.role.permissions = existing_permissions(state, &new.permissions);
    }
    let row = state.roles.insert(&mut state.ids, row).clone();
    Ok(emit_event(state, ctx, "role.updated", &row))
}

pub(super) fn delete_base(
    state: &mut State,
    ctx: &Ctx<'_>,
    scope: Scope<'_>,
    name: &str,
) -> Result<(), ApiError> {
    let mut row = require(state, scope, name)?.clone();
    if row.role.extends.take().is_some() {
        let row = state.roles.insert(&mut state.ids, row).clone();
        emit_event(state, ctx, "role.updated", &row);
    }
    Ok(())
}

/// Deletes a role. Its members get the role `successor` instead. Roles that extend it no longer
/// extend any role.
pub(super) fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    scope: Scope<'_>,
    name: &str,
    successor: Option<&str>,
) -> Result<(), ApiError> {
    let row = require(state, scope, name)?.clone();
    let successor = successor
        .map(|name| find_successor(state, scope, name, &row))
        .transpose()?;
    if successor.is_none() && state.users_with(&row, None) > 0 {
        let message = "role cannot be deleted as it is assigned to users";
        return Err(ApiError::precondition("FAILED_PRECONDITION", message).resource("role", name));
    }
    let shown = show(state, &row, Include::Own);
    reassign_members(state, &row, successor.as_ref());
    let dependents: Vec<String> = state
        .dependents_of(&row)
        .map(|dependent| dependent.role.id.clone())
        .collect();
    for id in dependents {
        state.roles.change(&id, |row| row.role.extends = None)?;
    }
    state.roles.remove(&row.role.id)?;
    state.emit(ctx, "role.deleted", ObjectType::Role, scope, &shown);
    Ok(())
}

fn find_successor(
    state: &State,
    scope: Scope<'_>,
    name: &str,
    row: &RoleRow,
) -> Result<RoleRow, ApiError> {
    let found = match scope {
        Some(organization_id) => state.role_in(organization_id, name),
        None => state.role(None, name),
    };
    let found = found.ok_or_else(|| ApiError::not_found("role", name))?;
    if found.role.id == row.role.id {
        let description = "must not be the role to delete";
        return Err(ApiError::field(
            "reassign_role_name",
            "reassign_role_name.other",
            description,
        ));
    }
    Ok(found.clone())
}

/// Replaces a role with its successor in memberships and default roles. Without a successor, the
/// role is removed.
fn reassign_members(state: &mut State, row: &RoleRow, successor: Option<&RoleRow>) {
    let affected: Vec<(String, String)> = state
        .users
        .by("role", &row.role.name)
        .flat_map(|user| {
            user.memberships
                .iter()
                .map(move |membership| (&user.id, membership))
        })
        .filter(|(_, membership)| state.has_role(membership, row))
        .map(|(user_id, membership)| (user_id.clone(), membership.organization_id.clone()))
        .collect();
    for (user_id, organization_id) in affected {
        let _ = state.change_membership(&user_id, &organization_id, |membership| {
            let roles = &mut membership.roles;
            let already_assigned =
                successor.is_some_and(|next| roles.iter().any(|role| role.name == next.role.name));
            if let Some(next) = successor.filter(|_| !already_assigned)
                && let Some(role) = roles.iter_mut().find(|role| role.name == row.role.name)
            {
                *role = next.as_member_role();
            } else {
                roles.retain(|role| role.name != row.role.name);
            }
        });
    }
    let defaults = state.default_member_roles.iter();
    let affected: Vec<String> = defaults
        .filter(|(organization_id, name)| {
            state
                .role_in(organization_id, name)
                .is_some_and(|role| role.role.id == row.role.id)
        })
        .map(|(organization_id, _)| organization_id.clone())
        .collect();
    for organization_id in affected {
        match successor {
            Some(next) => state
                .default_member_roles
                .insert(organization_id, next.role.name.clone()),
            None => state.default_member_roles.remove(&organization_id),
        };
    }
    if let Some(next) = successor
        && row.organization_id.is_none()
    {
        let _ = state.roles.change(&next.role.id, |next| {
            next.role.default_creator |= row.role.default_creator;
            next.role.default_member |= row.role.default_member;
        });
    }
}

/// Checks that the base role exists and does not extend this role, directly or indirectly.
fn check_base(state: &State, scope: Scope<'_>, name: &str, base: &str) -> Result<(), ApiError> {
    let cycle = || {
        ApiError::field(
            "role.extends",
            "role.extends.cycle",
            "must not create an inheritance cycle",
        )
    };
    if base == name {
        return Err(cycle());
    }
    let found = match scope {
        Some(organization_id) => state.role_in(organization_id, base),
        None => state.role(None, base),
    };
    let base = found.ok_or_else(|| ApiError::not_found("role", base))?;
    let is_self =
        |role: &&RoleRow| role.role.name == name && role.organization_id.as_deref() == scope;
    if state.lineage(base).iter().any(is_self) {
        Err(cycle())
    } else {
        Ok(())
    }
}

/// Returns the permissions with these names. Unknown names and duplicates are ignored.
fn existing_permissions(state: &State, names: &[String]) -> Vec<RolePermission> {
    let mut permissions: Vec<RolePermission> = Vec::new();
    add_permissions(state, &mut permissions, names);
    permissions
}

/// Adds permissions to a role's own permissions. Unknown names and duplicates are ignored.
pub(crate) fn add_permissions(state: &State, own: &mut Vec<RolePermission>, names: &[String]) {
    for name in names {
        if state.permission(name).is_some()
            && !own.iter().any(|permission| permission.name == *name)
        {
            own.push(RolePermission {
                name: name.clone(),
                ..RolePermission::default()
            });
        }
    }
}

/// Emits an event for a role. Returns the role as the API shows it.
pub(crate) fn emit_event(state: &mut State, ctx: &Ctx<'_>, event: &str, row: &RoleRow) -> Role {
    let role = show(state, row, Include::Own);
    state.emit(
        ctx,
        event,
        ObjectType::Role,
        row.organization_id.as_deref(),
        &role,
    );
    role
}

//! Permissions of the environment.

use scalekit::api::raw::Empty;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::roles::{
    CreatePermissionRequest, CreatePermissionResponse, DeletePermissionRequest,
    GetPermissionRequest, GetPermissionResponse, ListPermissionsRequest, ListPermissionsResponse,
    Permission, PermissionType, UpdatePermissionRequest, UpdatePermissionResponse,
};

use super::{Entry, page_response, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, Order, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("RolesService.CreatePermission", writes!(create)),
    ("RolesService.DeletePermission", writes!(delete)),
    ("RolesService.GetPermission", reads!(get)),
    ("RolesService.ListPermissions", reads!(list)),
    ("RolesService.UpdatePermission", writes!(update)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreatePermissionRequest,
) -> Result<CreatePermissionResponse, ApiError> {
    let new = request.permission.unwrap_or_default();
    check_name(state, &new.name)?;
    let permission = Permission {
        name: new.name,
        description: new.description,
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        ..Permission::default()
    };
    let permission = state.permissions.insert(&mut state.ids, permission).clone();
    state.emit(
        ctx,
        "permission.created",
        ObjectType::Permission,
        None,
        &permission,
    );
    Ok(CreatePermissionResponse {
        permission: Some(permission),
    })
}

fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetPermissionRequest,
) -> Result<GetPermissionResponse, ApiError> {
    Ok(GetPermissionResponse {
        permission: Some(require(state, &request.permission_name)?.clone()),
    })
}

/// Empty fields are unchanged. A new name is also updated in all roles that have the permission.
fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdatePermissionRequest,
) -> Result<UpdatePermissionResponse, ApiError> {
    let new = request.permission.unwrap_or_default();
    let mut permission = require(state, &request.permission_name)?.clone();
    if !new.name.is_empty() && new.name != permission.name {
        check_name(state, &new.name)?;
        state.roles.change_all(|row| {
            let own = row.role.permissions.iter_mut();
            for role_permission in own.filter(|own| own.name == permission.name) {
                role_permission.name.clone_from(&new.name);
            }
        });
        permission.name = new.name;
    }
    if !new.description.is_empty() {
        permission.description = new.description;
    }
    permission.update_time = ctx.stamp();
    let permission = state.permissions.insert(&mut state.ids, permission).clone();
    state.emit(
        ctx,
        "permission.updated",
        ObjectType::Permission,
        None,
        &permission,
    );
    Ok(UpdatePermissionResponse {
        permission: Some(permission),
    })
}

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListPermissionsRequest,
) -> Result<ListPermissionsResponse, ApiError> {
    let matches = |permission: &Permission| match request.r#type {
        PermissionType::Scalekit => permission.is_scalekit_permission,
        PermissionType::Environment => !permission.is_scalekit_permission,
        _ => true,
    };
    let size = request.page_size.unwrap_or_default();
    let token = request.page_token.as_deref().unwrap_or_default();
    let page = state
        .permissions
        .page(Order::OldestFirst, size, token, matches)?;
    Ok(page_response!(ListPermissionsResponse {
        permissions: |row| (*row).clone(),
        ..page
    }))
}

fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeletePermissionRequest,
) -> Result<Empty, ApiError> {
    let id = require(state, &request.permission_name)?.id.clone();
    let permission = state.permissions.remove(&id)?;
    state.roles.change_all(|row| {
        row.role
            .permissions
            .retain(|own| own.name != permission.name)
    });
    state.emit(
        ctx,
        "permission.deleted",
        ObjectType::Permission,
        None,
        &permission,
    );
    Ok(Empty {})
}

pub(super) fn require<'a>(state: &'a State, name: &str) -> Result<&'a Permission, ApiError> {
    state
        .permission(name)
        .ok_or_else(|| ApiError::not_found("permission", name))
}

/// Checks the characters of a new name and that it is not taken.
fn check_name(state: &State, name: &str) -> Result<(), ApiError> {
    if !name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
    {
        let description = "must contain only letters, digits, `_` and `:`";
        return Err(ApiError::field(
            "permission.name",
            "string.pattern",
            description,
        ));
    }
    if state.permission(name).is_some() {
        let message = format!("a permission with the name {name} already exists");
        return Err(ApiError::exists("ALREADY_EXISTS", message).resource("permission", name));
    }
    Ok(())
}

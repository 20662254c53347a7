//! `DirectoryService`.

use scalekit::api::raw::Empty;
use scalekit::api::raw::directories::{
    CreateDirectoryRequest, CreateDirectoryResponse, DeleteDirectoryRequest, Directory,
    DirectoryProvider, DirectoryType, GetDirectoryRequest, GetDirectoryResponse,
    ListDirectoriesRequest, ListDirectoriesResponse, ListDirectoryGroupsRequest,
    ListDirectoryGroupsResponse, ListDirectoryUsersRequest, ListDirectoryUsersResponse,
    ToggleDirectoryRequest, ToggleDirectoryResponse,
};
use scalekit::api::raw::events::ObjectType;
use serde_json::json;

use super::{Entry, page_response, reads, writes};
use crate::api_error::ApiError;
use crate::state::{
    Ctx, DirectoryGroupRow, DirectoryRow, DirectoryUserRow, Order, Row, State, scim_endpoint,
};

pub(super) static OPERATIONS: &[Entry] = &[
    ("DirectoryService.CreateDirectory", writes!(create)),
    ("DirectoryService.DeleteDirectory", writes!(delete)),
    ("DirectoryService.DisableDirectory", writes!(disable)),
    ("DirectoryService.EnableDirectory", writes!(enable)),
    ("DirectoryService.GetDirectory", reads!(get)),
    ("DirectoryService.ListDirectories", reads!(list)),
    ("DirectoryService.ListDirectoryGroups", reads!(list_groups)),
    ("DirectoryService.ListDirectoryUsers", reads!(list_users)),
];

/// Returns the directory if it belongs to the organization.
fn own<'s>(
    state: &'s State,
    organization_id: &str,
    id: &str,
) -> Result<&'s DirectoryRow, ApiError> {
    state.organizations.require(organization_id)?;
    let row = state.directories.require(id)?;
    if row.directory.organization_id != organization_id {
        return Err(ApiError::not_found(DirectoryRow::KIND, id));
    }
    Ok(row)
}

fn emit_event(state: &mut State, ctx: &Ctx<'_>, row: &DirectoryRow, change: &str) -> Directory {
    let shown = state.show_directory(row);
    let event = format!("organization.directory_{change}");
    let organization = Some(shown.organization_id.as_str());
    let mut data = json!(shown);
    data["provider"] = json!(shown.directory_provider);
    state.emit(ctx, &event, ObjectType::Directory, organization, &data);
    shown
}

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateDirectoryRequest,
) -> Result<CreateDirectoryResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let new = request.directory.unwrap_or_default();
    // Only lenient mode accepts a missing type. The default is SCIM, the protocol that the
    // emulator serves.
    let directory_type = match new.directory_type {
        DirectoryType::Unspecified => DirectoryType::Scim,
        specified => specified,
    };
    let id = state.ids.next(DirectoryRow::PREFIX);
    let has_provider = new.directory_provider != DirectoryProvider::Unspecified;
    let provider = new.directory_provider.name().filter(|_| has_provider);
    let name = [provider, directory_type.name(), Some("directory")];
    let directory = Directory {
        name: name.into_iter().flatten().collect::<Vec<_>>().join(" "),
        directory_endpoint: scim_endpoint(ctx.url, &id),
        organization_id: request.organization_id,
        directory_provider: new.directory_provider,
        directory_type,
        enabled: true,
        id,
        ..Directory::default()
    };
    let row = DirectoryRow {
        directory,
        ..DirectoryRow::default()
    };
    let row = state.directories.insert(&mut state.ids, row).clone();
    emit_event(state, ctx, &row, "created");
    Ok(CreateDirectoryResponse {
        directory: Some(emit_event(state, ctx, &row, "enabled")),
    })
}

fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteDirectoryRequest,
) -> Result<Empty, ApiError> {
    let row = own(state, &request.organization_id, &request.id)?;
    if row.directory.enabled {
        let message = "the directory is enabled and must be disabled first";
        return Err(
            ApiError::precondition("DIRECTORY_ENABLED", message).resource("directory", &request.id)
        );
    }
    let row = row.clone();
    emit_event(state, ctx, &row, "deleted");
    state.directories.remove(&request.id)?;
    state.remove_directory_content(&request.id);
    Ok(Empty {})
}

fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetDirectoryRequest,
) -> Result<GetDirectoryResponse, ApiError> {
    let row = own(state, &request.organization_id, &request.id)?;
    Ok(GetDirectoryResponse {
        directory: Some(state.show_directory(row)),
    })
}

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListDirectoriesRequest,
) -> Result<ListDirectoriesResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let own = state
        .directories
        .by("organization", &request.organization_id);
    Ok(ListDirectoriesResponse {
        directories: own.map(|row| state.show_directory(row)).collect(),
    })
}

fn enable(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ToggleDirectoryRequest,
) -> Result<ToggleDirectoryResponse, ApiError> {
    toggle(state, ctx, &request, true)
}

fn disable(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ToggleDirectoryRequest,
) -> Result<ToggleDirectoryResponse, ApiError> {
    toggle(state, ctx, &request, false)
}

fn toggle(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: &ToggleDirectoryRequest,
    enabled: bool,
) -> Result<ToggleDirectoryResponse, ApiError> {
    let before = own(state, &request.organization_id, &request.id)?
        .directory
        .enabled;
    if before != enabled {
        let row = state
            .directories
            .change(&request.id, |row| row.directory.enabled = enabled)?
            .clone();
        emit_event(
            state,
            ctx,
            &row,
            if enabled { "enabled" } else { "disabled" },
        );
    }
    Ok(ToggleDirectoryResponse {
        enabled,
        error_message: None,
    })
}

fn list_users(
    state: &State,
    _: &Ctx<'_>,
    request: ListDirectoryUsersRequest,
) -> Result<ListDirectoryUsersResponse, ApiError> {
    own(state, &request.organization_id, &request.directory_id)?;
    let group = request.directory_group_id.filter(|id| !id.is_empty());
    let matches = |row: &DirectoryUserRow| {
        let mut groups = row.user.groups.iter();
        group
            .as_ref()
            .is_none_or(|id| groups.any(|group| group.id == *id))
            && (request.updated_after.is_none() || row.user.updated_at > request.updated_after)
    };
    let detail = request.include_detail.unwrap_or_default();
    let users = ("directory", request.directory_id.as_str());
    let page = state.directory_users.page_by(
        users,
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        matches,
    )?;
    Ok(page_response!(ListDirectoryUsersResponse {
        users: |row| state.show_directory_user(row, detail),
        ..page
    }))
}

/// `include_external_groups` is ignored: the emulator has no external groups.
fn list_groups(
    state: &State,
    _: &Ctx<'_>,
    request: ListDirectoryGroupsRequest,
) -> Result<ListDirectoryGroupsResponse, ApiError> {
    own(state, &request.organization_id, &request.directory_id)?;
    let matches = |row: &DirectoryGroupRow| {
        request.updated_after.is_none() || row.group.updated_at > request.updated_after
    };
    let detail = request.include_detail.unwrap_or_default();
    let groups = ("directory", request.directory_id.as_str());
    let page = state.directory_groups.page_by(
        groups,
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        matches,
    )?;
    Ok(page_response!(ListDirectoryGroupsResponse {
        groups: |row| state.show_directory_group(row, detail),
        ..page
    }))
}

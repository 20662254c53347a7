//! The user operations of `UserService`.

use scalekit::api::raw::Empty;
use scalekit::api::raw::commons::UserProfile;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::users::{
    CreateUserAndMembershipRequest, CreateUserAndMembershipResponse, DeleteUserRequest,
    DeleteUserRequestIdentities, GetUserRequest, GetUserRequestIdentities, GetUserResponse,
    ListOrganizationUsersRequest, ListOrganizationUsersResponse, ListUsersRequest,
    ListUsersResponse, SearchOrganizationUsersRequest, SearchOrganizationUsersResponse,
    SearchUsersRequest, SearchUsersResponse, UpdateUserProfile, UpdateUserRequest,
    UpdateUserRequestIdentities, UpdateUserResponse, User,
};

use super::{Entry, contains, memberships, name, page_response, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, Name, Order, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("UserService.CreateUserAndMembership", writes!(create)),
    ("UserService.DeleteUser", writes!(delete)),
    ("UserService.GetUser", reads!(get)),
    (
        "UserService.ListOrganizationUsers",
        reads!(list_in_organization),
    ),
    ("UserService.ListUsers", reads!(list)),
    (
        "UserService.SearchOrganizationUsers",
        reads!(search_in_organization),
    ),
    ("UserService.SearchUsers", reads!(search)),
    ("UserService.UpdateUser", writes!(update)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateUserAndMembershipRequest,
) -> Result<CreateUserAndMembershipResponse, ApiError> {
    let new = request.user.unwrap_or_default();
    let invite = request.send_invitation_email.unwrap_or(true);
    let membership =
        memberships::new_membership(state, ctx, &request.organization_id, new.membership, invite)?;
    if state.user_by_email(&new.email).is_some() {
        let message = "a user with this email address already exists";
        return Err(
            ApiError::exists("RESOURCE_ALREADY_EXISTS", message).resource("user", &new.email)
        );
    }
    let external_id = new.external_id.filter(|id| !id.is_empty());
    external_id_is_free(state, "", external_id.as_deref())?;
    let profile = new.user_profile.unwrap_or_default();
    let profile = UserProfile {
        given_name: either(profile.given_name, &profile.first_name),
        family_name: either(profile.family_name, &profile.last_name),
        first_name: profile.first_name,
        last_name: profile.last_name,
        name: profile.name,
        locale: profile.locale,
        phone_number: profile.phone_number,
        metadata: profile.metadata,
        custom_attributes: profile.custom_attributes,
        preferred_username: profile.preferred_username,
        picture: profile.picture.unwrap_or_default(),
        gender: profile.gender.unwrap_or_default(),
        groups: profile.groups,
        ..UserProfile::default()
    };
    let user = User {
        email: new.email,
        external_id,
        user_profile: Some(profile),
        metadata: new.metadata,
        ..User::default()
    };
    let id = state.create_user(ctx, user).id;
    Ok(CreateUserAndMembershipResponse {
        user: Some(state.add_membership(ctx, &id, membership)?),
    })
}

/// Returns `new`, or `old` if `new` is empty. Used for the deprecated `first_name` and `last_name`.
fn either(new: String, old: &str) -> String {
    if new.is_empty() { old.to_owned() } else { new }
}

fn external_id_is_free(
    state: &State,
    own: &str,
    external_id: Option<&str>,
) -> Result<(), ApiError> {
    let Some(external_id) = external_id.filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    match state
        .users
        .by("external_id", external_id)
        .find(|user| user.id != own)
    {
        None => Ok(()),
        Some(_) => {
            let message = format!("a user with the external_id {external_id:?} already exists");
            Err(ApiError::exists("RESOURCE_ALREADY_EXISTS", message).resource("user", external_id))
        }
    }
}

fn get(state: &State, ctx: &Ctx<'_>, request: GetUserRequest) -> Result<GetUserResponse, ApiError> {
    let user = state.user(name!(request.identities, GetUserRequestIdentities::Id)?)?;
    Ok(GetUserResponse {
        user: Some(state.show_user(ctx, user)),
    })
}

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateUserRequest,
) -> Result<UpdateUserResponse, ApiError> {
    let id = state
        .user(name!(request.identities, UpdateUserRequestIdentities::Id)?)?
        .id
        .clone();
    let new = request.user.unwrap_or_default();
    external_id_is_free(state, &id, new.external_id.as_deref())?;
    let updated = |user: &mut User| {
        if let Some(external_id) = new.external_id {
            user.external_id = Some(external_id).filter(|id| !id.is_empty());
        }
        if !new.metadata.is_empty() {
            user.metadata = new.metadata;
        }
        if let Some(profile) = new.user_profile {
            change_profile(user.user_profile.get_or_insert_default(), profile);
        }
        user.update_time = ctx.stamp();
    };
    let user = state.users.change(&id, updated)?.clone();
    let user = state.show_user(ctx, &user);
    state.emit(ctx, "user.updated", ObjectType::User, None, &user);
    Ok(UpdateUserResponse { user: Some(user) })
}

/// Updates all fields that are present. An empty value clears the field.
fn change_profile(profile: &mut UserProfile, new: UpdateUserProfile) {
    let set = |field: &mut String, new: Option<String>| {
        if let Some(new) = new {
            *field = new;
        }
    };
    let parts_changed = new.given_name.is_some() || new.family_name.is_some();
    let has_name = new.name.is_some();
    set(&mut profile.first_name, new.first_name.clone());
    set(&mut profile.last_name, new.last_name.clone());
    set(&mut profile.given_name, new.given_name.or(new.first_name));
    set(&mut profile.family_name, new.family_name.or(new.last_name));
    set(&mut profile.name, new.name);
    set(&mut profile.locale, new.locale);
    set(&mut profile.phone_number, new.phone_number);
    set(&mut profile.preferred_username, new.preferred_username);
    set(&mut profile.picture, new.picture);
    set(&mut profile.gender, new.gender);
    if parts_changed && !has_name {
        profile.name = format!("{} {}", profile.given_name, profile.family_name)
            .trim()
            .to_owned();
    }
    if !new.metadata.is_empty() {
        profile.metadata = new.metadata;
    }
    if !new.custom_attributes.is_empty() {
        profile.custom_attributes = new.custom_attributes;
    }
    if !new.groups.is_empty() {
        profile.groups = new.groups;
    }
}

fn delete(state: &mut State, ctx: &Ctx<'_>, request: DeleteUserRequest) -> Result<Empty, ApiError> {
    let id = state
        .user(name!(request.identities, DeleteUserRequestIdentities::Id)?)?
        .id
        .clone();
    state.delete_user(ctx, &id)?;
    Ok(Empty {})
}

fn list(
    state: &State,
    ctx: &Ctx<'_>,
    request: ListUsersRequest,
) -> Result<ListUsersResponse, ApiError> {
    let page =
        state
            .users
            .page_of_all(Order::OldestFirst, request.page_size, &request.page_token)?;
    Ok(page_response!(ListUsersResponse {
        users: |user| state.show_user(ctx, user),
        ..page
    }))
}

fn list_in_organization(
    state: &State,
    ctx: &Ctx<'_>,
    request: ListOrganizationUsersRequest,
) -> Result<ListOrganizationUsersResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let members = ("organization", request.organization_id.as_str());
    let page = state.users.page_by(
        members,
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        |_| true,
    )?;
    Ok(page_response!(ListOrganizationUsersResponse {
        users: |user| state.show_user(ctx, user),
        ..page
    }))
}

fn search(
    state: &State,
    ctx: &Ctx<'_>,
    request: SearchUsersRequest,
) -> Result<SearchUsersResponse, ApiError> {
    let query = request.query.to_lowercase();
    let page = state.users.page(
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        |user| matches(user, &query),
    )?;
    Ok(page_response!(SearchUsersResponse {
        users: |user| state.show_user(ctx, user),
        ..page
    }))
}

fn search_in_organization(
    state: &State,
    ctx: &Ctx<'_>,
    request: SearchOrganizationUsersRequest,
) -> Result<SearchOrganizationUsersResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let query = request.query.to_lowercase();
    let members = ("organization", request.organization_id.as_str());
    let is_match = |user: &User| matches(user, &query);
    let page = state.users.page_by(
        members,
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        is_match,
    )?;
    Ok(page_response!(SearchOrganizationUsersResponse {
        users: |user| state.show_user(ctx, user),
        ..page
    }))
}

fn matches(user: &User, query: &str) -> bool {
    let profile = user.user_profile.as_ref();
    let names = profile.map(|profile| [&profile.name, &profile.given_name, &profile.family_name]);
    contains(
        query,
        [Some(&user.id), Some(&user.email), user.external_id.as_ref()],
    ) || contains(query, names.into_iter().flatten().map(Some))
}

//! The memberships of `UserService`: joining, leaving, inviting, and the roles of members.

use scalekit::api::Empty;
use scalekit::api::commons::{self, MembershipStatus, OrganizationMembership};
use scalekit::api::events::ObjectType;
use scalekit::api::users::{
    AssignUserRolesRequest, AssignUserRolesResponse, CreateMembership, CreateMembershipRequest,
    CreateMembershipRequestIdentities, CreateMembershipResponse, DeleteMembershipRequest,
    DeleteMembershipRequestIdentities, Invite, ListUserPermissionsRequest, ListUserPermissionsResponse,
    ListUserRolesRequest, ListUserRolesResponse, Permission, RemoveUserRoleRequest, ResendInviteRequest,
    ResendInviteResponse, UpdateMembershipRequest, UpdateMembershipRequestIdentities,
    UpdateMembershipResponse, User,
};

use super::{Entry, name, read, write};
use crate::engine::ApiError;
use crate::state::{Ctx, Name, State};

/// How long an invitation can be accepted, in seconds: 30 days.
const INVITE_LIFETIME: i64 = 30 * 24 * 3600;

pub(super) static OPERATIONS: &[Entry] = &[
    ("UserService.AssignUserRoles", write!(assign_roles)),
    ("UserService.CreateMembership", write!(create)),
    ("UserService.DeleteMembership", write!(delete)),
    ("UserService.ListUserPermissions", read!(list_permissions)),
    ("UserService.ListUserRoles", read!(list_roles)),
    ("UserService.RemoveUserRole", write!(remove_role)),
    ("UserService.ResendInvite", write!(resend_invite)),
    ("UserService.UpdateMembership", write!(update)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateMembershipRequest,
) -> Result<CreateMembershipResponse, ApiError> {
    let user_id = state
        .user(name!(request.identities, CreateMembershipRequestIdentities::Id)?)?
        .id
        .clone();
    let invite = request.send_invitation_email.unwrap_or(true);
    let membership = new_membership(state, ctx, &request.organization_id, request.membership, invite)?;
    if state.membership(&user_id, &request.organization_id).is_ok() {
        let message = "the user is a member of the organization already";
        return Err(ApiError::exists("MEMBERSHIP_ALREADY_EXISTS", message).resource("membership", &user_id));
    }
    Ok(CreateMembershipResponse {
        user: Some(state.add_membership(ctx, &user_id, membership)?),
    })
}

/// A membership to be added; checked, but for whether there is one already.
pub(super) fn new_membership(
    state: &State,
    ctx: &Ctx<'_>,
    organization_id: &str,
    new: Option<CreateMembership>,
    invite: bool,
) -> Result<OrganizationMembership, ApiError> {
    let limit = state
        .organizations
        .require(organization_id)?
        .max_allowed_users
        .filter(|limit| *limit > 0);
    if limit.is_some_and(|limit| state.member_count(organization_id) >= limit.unsigned_abs() as usize) {
        let message = "the organization has as many users as it may have";
        return Err(ApiError::precondition("MAX_ALLOWED_USERS_EXCEEDED", message));
    }
    let new = new.unwrap_or_default();
    let mut roles = known_roles(
        state,
        organization_id,
        new.roles.iter().map(|role| role.name.as_str()),
    )?;
    if roles.is_empty() {
        roles = state.default_member_roles(organization_id);
    }
    Ok(OrganizationMembership {
        organization_id: organization_id.to_owned(),
        membership_status: if invite {
            MembershipStatus::PendingInvite
        } else {
            MembershipStatus::Active
        },
        roles,
        metadata: new.metadata,
        inviter_email: new.inviter_email.filter(|email| !email.is_empty()),
        expires_at: if invite {
            ctx.stamp_in(INVITE_LIFETIME)
        } else {
            None
        },
        ..OrganizationMembership::default()
    })
}

/// The roles that names mean in an organization.
fn known_roles<'n>(
    state: &State,
    organization_id: &str,
    names: impl Iterator<Item = &'n str>,
) -> Result<Vec<commons::Role>, ApiError> {
    let found = names.map(|name| {
        let row = state
            .role_in(organization_id, name)
            .ok_or_else(|| ApiError::not_found("role", name))?;
        Ok(row.as_member_role())
    });
    found.collect()
}

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateMembershipRequest,
) -> Result<UpdateMembershipResponse, ApiError> {
    let user_id = state
        .user(name!(request.identities, UpdateMembershipRequestIdentities::Id)?)?
        .id
        .clone();
    let new = request.membership.unwrap_or_default();
    let roles = known_roles(
        state,
        &request.organization_id,
        new.roles.iter().map(|role| role.name.as_str()),
    )?;
    let user = change(state, ctx, &user_id, &request.organization_id, |membership| {
        if !roles.is_empty() {
            membership.roles = roles;
        }
        if !new.metadata.is_empty() {
            membership.metadata = new.metadata;
        }
    })?;
    Ok(UpdateMembershipResponse { user: Some(user) })
}

fn delete(state: &mut State, ctx: &Ctx<'_>, request: DeleteMembershipRequest) -> Result<Empty, ApiError> {
    let user_id = state
        .user(name!(request.identities, DeleteMembershipRequestIdentities::Id)?)?
        .id
        .clone();
    state.organizations.require(&request.organization_id)?;
    state.remove_membership(ctx, &user_id, &request.organization_id)?;
    let last = state
        .users
        .get(&user_id)
        .is_some_and(|user| user.memberships.is_empty());
    if last && request.cascade == Some(true) {
        state.delete_user(ctx, &user_id)?;
    }
    Ok(Empty {})
}

fn resend_invite(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ResendInviteRequest,
) -> Result<ResendInviteResponse, ApiError> {
    let membership = state.membership(&request.id, &request.organization_id)?;
    let invitable = matches!(
        membership.membership_status,
        MembershipStatus::PendingInvite | MembershipStatus::InviteExpired
    );
    if !invitable {
        return Err(ApiError::precondition(
            "INVITE_NOT_PENDING",
            "the user has no pending invitation",
        ));
    }
    let (created_at, inviter_email) = (membership.created_at, membership.inviter_email.clone());
    let count = state
        .invites
        .entry((request.id.clone(), request.organization_id.clone()))
        .or_default();
    *count += 1;
    let resent_count = *count;
    let expires_at = ctx.stamp_in(INVITE_LIFETIME);
    change(state, ctx, &request.id, &request.organization_id, |membership| {
        membership.membership_status = MembershipStatus::PendingInvite;
        membership.expires_at = expires_at;
    })?;
    let invite = Invite {
        organization_id: request.organization_id,
        user_id: request.id,
        inviter_email,
        status: MembershipStatus::PendingInvite.to_string(),
        created_at,
        expires_at,
        resent_at: ctx.stamp(),
        resent_count,
    };
    Ok(ResendInviteResponse { invite: Some(invite) })
}

fn list_roles(
    state: &State,
    _: &Ctx<'_>,
    request: ListUserRolesRequest,
) -> Result<ListUserRolesResponse, ApiError> {
    let membership = state.membership(&request.user_id, &request.organization_id)?;
    let roles = state
        .member_roles(membership)
        .into_iter()
        .map(|row| row.as_member_role())
        .collect();
    Ok(ListUserRolesResponse { roles })
}

fn list_permissions(
    state: &State,
    _: &Ctx<'_>,
    request: ListUserPermissionsRequest,
) -> Result<ListUserPermissionsResponse, ApiError> {
    let membership = state.membership(&request.user_id, &request.organization_id)?;
    let permissions = state
        .member_permissions(membership)
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

fn assign_roles(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: AssignUserRolesRequest,
) -> Result<AssignUserRolesResponse, ApiError> {
    let mut names = Vec::new();
    for wanted in &request.roles {
        // A role may be named by its id instead.
        let by_id = || state.roles.get(&wanted.id).map(|row| row.role.name.as_str());
        let given = Some(wanted.role_name.as_str())
            .filter(|name| !name.is_empty())
            .or_else(by_id);
        names.push(given.ok_or_else(|| ApiError::not_found("role", &wanted.id))?);
    }
    let added = known_roles(state, &request.organization_id, names.into_iter())?;
    let user = change(
        state,
        ctx,
        &request.user_id,
        &request.organization_id,
        |membership| {
            for role in added {
                if !membership.roles.iter().any(|known| known.name == role.name) {
                    membership.roles.push(role);
                }
            }
        },
    )?;
    let membership = user
        .memberships
        .into_iter()
        .find(|one| one.organization_id == request.organization_id);
    Ok(AssignUserRolesResponse {
        roles: membership.unwrap_or_default().roles,
    })
}

fn remove_role(state: &mut State, ctx: &Ctx<'_>, request: RemoveUserRoleRequest) -> Result<Empty, ApiError> {
    let membership = state.membership(&request.user_id, &request.organization_id)?;
    if !membership.roles.iter().any(|role| role.name == request.role_name) {
        return Err(ApiError::not_found("role", &request.role_name));
    }
    change(
        state,
        ctx,
        &request.user_id,
        &request.organization_id,
        |membership| {
            membership.roles.retain(|role| role.name != request.role_name);
        },
    )?;
    Ok(Empty {})
}

/// Changes a membership that exists, and says so.
fn change(
    state: &mut State,
    ctx: &Ctx<'_>,
    user_id: &str,
    organization_id: &str,
    change: impl FnOnce(&mut OrganizationMembership),
) -> Result<User, ApiError> {
    change(state.membership_mut(user_id, organization_id)?);
    let user = state.users.require_mut(user_id)?;
    user.update_time = ctx.stamp();
    let user = user.clone();
    let event = "user.organization_membership_updated";
    state.emit(ctx, event, ObjectType::User, Some(organization_id), &user);
    Ok(user)
}

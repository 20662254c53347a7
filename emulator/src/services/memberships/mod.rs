//! The membership operations of `UserService`.

mod invites;
mod roles;

pub(super) use invites::pending as invitation;

use scalekit::api::raw::Empty;
use scalekit::api::raw::commons::{MembershipStatus, OrganizationMembership};
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::users::{
    CreateMembership, CreateMembershipRequest, CreateMembershipRequestIdentities,
    CreateMembershipResponse, DeleteMembershipRequest, DeleteMembershipRequestIdentities,
    UpdateMembershipRequest, UpdateMembershipRequestIdentities, UpdateMembershipResponse, User,
};

use super::{Entry, name, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, Name, State};

/// Lifetime of an invitation, in seconds: 30 days.
const INVITE_LIFETIME: i64 = 30 * 24 * 3600;

pub(super) static OPERATIONS: &[Entry] = &[
    ("UserService.AssignUserRoles", writes!(roles::assign)),
    ("UserService.CreateMembership", writes!(create)),
    ("UserService.DeleteMembership", writes!(delete)),
    (
        "UserService.ListUserPermissions",
        reads!(roles::list_permissions),
    ),
    ("UserService.ListUserRoles", reads!(roles::list)),
    ("UserService.RemoveUserRole", writes!(roles::remove)),
    ("UserService.ResendInvite", writes!(invites::resend)),
    ("UserService.UpdateMembership", writes!(update)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateMembershipRequest,
) -> Result<CreateMembershipResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let user_id = state
        .user(name!(
            request.identities,
            CreateMembershipRequestIdentities::Id
        )?)?
        .id
        .clone();
    if state.membership(&user_id, &request.organization_id).is_ok() {
        let message = "the user is already a member of the organization";
        return Err(
            ApiError::exists("MEMBERSHIP_ALREADY_EXISTS", message).resource("membership", &user_id)
        );
    }
    let invite = request.send_invitation_email.unwrap_or(true);
    let membership = new_membership(
        state,
        ctx,
        &request.organization_id,
        request.membership,
        invite,
    )?;
    let user = state.add_membership(ctx, &user_id, membership)?;
    Ok(CreateMembershipResponse { user: Some(user) })
}

/// Validates a new membership. The caller must check that the user is not yet a member.
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
    if limit
        .is_some_and(|limit| state.member_count(organization_id) >= limit.unsigned_abs() as usize)
    {
        let message = "the organization has reached its maximum number of users";
        return Err(ApiError::precondition(
            "MAX_ALLOWED_USERS_EXCEEDED",
            message,
        ));
    }
    let new = new.unwrap_or_default();
    let mut roles = roles::resolve(state, organization_id, &new.roles)?;
    if roles.is_empty() {
        roles = state.default_member_roles(organization_id);
    }
    let (membership_status, expires_at, how) = if invite {
        (
            MembershipStatus::PendingInvite,
            ctx.stamp_in(INVITE_LIFETIME),
            "invitation",
        )
    } else {
        (MembershipStatus::Active, None, "api")
    };
    Ok(OrganizationMembership {
        organization_id: organization_id.to_owned(),
        membership_status,
        roles,
        metadata: new.metadata,
        inviter_email: new.inviter_email.filter(|email| !email.is_empty()),
        expires_at,
        provisioning_method: Some(how.to_owned()),
        ..OrganizationMembership::default()
    })
}

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateMembershipRequest,
) -> Result<UpdateMembershipResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let user_id = state
        .user(name!(
            request.identities,
            UpdateMembershipRequestIdentities::Id
        )?)?
        .id
        .clone();
    state.membership(&user_id, &request.organization_id)?;
    let new = request.membership.unwrap_or_default();
    let roles = roles::resolve(state, &request.organization_id, &new.roles)?;
    let user = change(
        state,
        ctx,
        &user_id,
        &request.organization_id,
        |membership| {
            if !roles.is_empty() {
                membership.roles = roles;
            }
            if !new.metadata.is_empty() {
                membership.metadata = new.metadata;
            }
        },
    )?;
    Ok(UpdateMembershipResponse { user: Some(user) })
}

/// With `cascade`, a user without other memberships is deleted.
fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteMembershipRequest,
) -> Result<Empty, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let user_id = state
        .user(name!(
            request.identities,
            DeleteMembershipRequestIdentities::Id
        )?)?
        .id
        .clone();
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

/// Returns the membership of a user. Fails if the organization, user or membership does not exist.
fn require<'s>(
    state: &'s State,
    organization_id: &str,
    user_id: &str,
) -> Result<&'s OrganizationMembership, ApiError> {
    state.organizations.require(organization_id)?;
    state.membership(user_id, organization_id)
}

/// Changes an existing membership and emits an event.
fn change(
    state: &mut State,
    ctx: &Ctx<'_>,
    user_id: &str,
    organization_id: &str,
    change: impl FnOnce(&mut OrganizationMembership),
) -> Result<User, ApiError> {
    state.change_membership(user_id, organization_id, change)?;
    let stamp = ctx.stamp();
    let user = state
        .users
        .change(user_id, |user| user.update_time = stamp)?;
    let user = user.clone();
    let user = state.show_user(ctx, &user);
    let event = "user.organization_membership_updated";
    state.emit(ctx, event, ObjectType::User, Some(organization_id), &user);
    Ok(user)
}

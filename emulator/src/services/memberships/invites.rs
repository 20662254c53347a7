//! Invitations.

use scalekit::api::raw::commons::MembershipStatus;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::users::{Invite, ResendInviteRequest, ResendInviteResponse};

use serde_json::Value;

use super::{INVITE_LIFETIME, change, require};
use crate::api_error::ApiError;
use crate::state::{Ctx, Name, State};

/// Returns the organization and the email address of the invitation that a request would send.
pub(in crate::services) fn pending(
    state: &State,
    operation: &str,
    request: &Value,
) -> Option<(String, String)> {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let email = |name: Name<'_>| Some(state.user(name).ok()?.email.clone());
    let email = match operation {
        "UserService.ResendInvite" => email(Name::Id(text("id")?)),
        _ if request.get("send_invitation_email") == Some(&Value::Bool(false)) => None,
        "UserService.CreateUserAndMembership" => {
            let user = request.get("user")?;
            user.get("email")?.as_str().map(str::to_owned)
        }
        "UserService.CreateMembership" => match text("id") {
            Some(id) => email(Name::Id(id)),
            None => email(Name::External(text("external_id")?)),
        },
        _ => None,
    };
    Some((text("organization_id")?.to_owned(), email?))
}

/// Resending an expired invitation makes it pending again.
pub(super) fn resend(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ResendInviteRequest,
) -> Result<ResendInviteResponse, ApiError> {
    let membership = require(state, &request.organization_id, &request.id)?;
    let resendable = [
        MembershipStatus::PendingInvite,
        MembershipStatus::InviteExpired,
    ];
    if !resendable.contains(&membership.membership_status) {
        let message = "the user has no pending invitation to the organization";
        return Err(ApiError::precondition("INVITE_NOT_PENDING", message)
            .resource("membership", &request.id));
    }
    let (created_at, inviter_email) = (membership.created_at, membership.inviter_email.clone());
    let invite = (request.id.clone(), request.organization_id.clone());
    let resent_count = state.invites.get(&invite).copied().unwrap_or_default() + 1;
    state.invites.insert(invite, resent_count);
    let expires_at = ctx.stamp_in(INVITE_LIFETIME);
    let user = change(
        state,
        ctx,
        &request.id,
        &request.organization_id,
        |membership| {
            membership.membership_status = MembershipStatus::PendingInvite;
            membership.expires_at = expires_at;
        },
    )?;
    let organization_id = Some(request.organization_id.as_str());
    state.emit(
        ctx,
        "user.organization_invitation",
        ObjectType::User,
        organization_id,
        &user,
    );
    state.send_invitation(ctx, &user, &request.organization_id);
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
    Ok(ResendInviteResponse {
        invite: Some(invite),
    })
}

//! `AuthService`: applications with their own login page report the logged-in user.

use scalekit::api::raw::auth::{UpdateLoginUserDetailsRequest, UpdateLoginUserDetailsResponse};

use super::{Entry, writes};
use crate::api_error::ApiError;
use crate::state::{AuthRequestRow, Ctx, FAILED, SUCCESS, State};

pub(super) static OPERATIONS: &[Entry] = &[("AuthService.UpdateLoginUserDetails", writes!(update))];

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateLoginUserDetailsRequest,
) -> Result<UpdateLoginUserDetailsResponse, ApiError> {
    state.connections.require(&request.connection_id)?;
    let same_connection = |row: &&AuthRequestRow| row.log.connection_id == request.connection_id;
    let found = state
        .auth_requests
        .by("login_request", &request.login_request_id)
        .find(same_connection)
        .map(|row| row.log.auth_request_id.clone());
    let id =
        found.ok_or_else(|| ApiError::not_found("login request", &request.login_request_id))?;
    let user = request.user.unwrap_or_default();
    let organization = user.organization_external_id.as_deref();
    let organization = organization.and_then(|id| state.organizations.by("external_id", id).next());
    let organization_id = organization.map(|row| row.organization.id.clone());
    state.auth_requests.change(&id, |row| {
        row.log.email.clone_from(&user.email);
        let status = if user.login_failed { FAILED } else { SUCCESS };
        status.clone_into(&mut row.log.status);
        row.log.timestamp = ctx.stamp();
        if let Some(id) = organization_id {
            row.log.organization_id = id;
        }
        row.user = Some(user);
    })?;
    Ok(UpdateLoginUserDetailsResponse {
        auth_request_id: id,
    })
}

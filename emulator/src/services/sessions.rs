//! `SessionService`.

use scalekit::api::raw::sessions::{
    RevokeAllUserSessionsRequest, RevokeAllUserSessionsResponse, RevokeSessionRequest,
    RevokeSessionResponse, RevokedSessionDetails, SessionDetails, SessionDetailsRequest,
    UserSessionDetails, UserSessionDetailsRequest,
};

use super::{Entry, page_response, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, Order, SessionRow, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("SessionService.GetSession", reads!(get)),
    ("SessionService.GetUserSessions", reads!(list)),
    ("SessionService.RevokeAllUserSessions", writes!(revoke_all)),
    ("SessionService.RevokeSession", writes!(revoke)),
];

fn get(
    state: &State,
    ctx: &Ctx<'_>,
    request: SessionDetailsRequest,
) -> Result<SessionDetails, ApiError> {
    Ok(state.show_session(ctx, state.sessions.require(&request.session_id)?))
}

fn list(
    state: &State,
    ctx: &Ctx<'_>,
    request: UserSessionDetailsRequest,
) -> Result<UserSessionDetails, ApiError> {
    state.users.require(&request.user_id)?;
    let filter = request.filter.unwrap_or_default();
    let matches = |row: &SessionRow| {
        let session = state.show_session(ctx, row);
        let mut statuses = filter.status.iter();
        (filter.status.is_empty()
            || statuses.any(|status| status.eq_ignore_ascii_case(&session.status)))
            && (filter.start_time.is_none() || session.created_at >= filter.start_time)
            && (filter.end_time.is_none() || session.created_at <= filter.end_time)
    };
    let sessions = &state.sessions;
    let page = sessions.page_by(
        ("user", &request.user_id),
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        matches,
    )?;
    Ok(page_response!(UserSessionDetails {
        sessions: |row| state.show_session(ctx, row),
        ..page
    }))
}

fn revoke(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: RevokeSessionRequest,
) -> Result<RevokeSessionResponse, ApiError> {
    state.sessions.require(&request.session_id)?;
    state.revoke_session(ctx, &request.session_id);
    // A session that has already ended is returned unchanged.
    let session = state.show_session(ctx, state.sessions.require(&request.session_id)?);
    Ok(RevokeSessionResponse {
        revoked_session: Some(revoked(session)),
    })
}

fn revoke_all(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: RevokeAllUserSessionsRequest,
) -> Result<RevokeAllUserSessionsResponse, ApiError> {
    state.users.require(&request.user_id)?;
    let ended = state.revoke_sessions_of(ctx, &request.user_id, None);
    let total_revoked = u32::try_from(ended.len()).unwrap_or(u32::MAX);
    Ok(RevokeAllUserSessionsResponse {
        revoked_sessions: ended.into_iter().map(revoked).collect(),
        total_revoked,
    })
}

fn revoked(session: SessionDetails) -> RevokedSessionDetails {
    RevokedSessionDetails {
        session_id: session.session_id,
        user_id: session.user_id,
        created_at: session.created_at,
        updated_at: session.updated_at,
        idle_expires_at: session.idle_expires_at,
        absolute_expires_at: session.absolute_expires_at,
        expired_at: session.expired_at,
        logout_at: session.logout_at,
        status: session.status,
        last_active_at: session.last_active_at,
    }
}

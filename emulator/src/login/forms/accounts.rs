//! The selection of an account, if several users are logged in.

use std::collections::HashSet;

use serde_json::json;

use super::{choice, email};
use crate::http::Response;
use crate::login::flow::Flow;
use crate::login::{sso, steps};
use crate::oauth::Failure;
use crate::state::{SessionRow, State};
use crate::ticket::Ticket;

/// Returns the browser's sessions that match the request, at most one per user and organization.
pub(crate) fn matching_sessions(flow: &Flow<'_>) -> Vec<SessionRow> {
    let state = flow.app.read();
    let mut seen = HashSet::new();
    let sessions = flow.browser.sessions(flow.app, &state).into_iter();
    let matching = sessions.filter(|row| matches(flow, &state, row));
    let mut is_first = |row: &SessionRow| {
        seen.insert((
            row.session.user_id.clone(),
            row.session.organization_id.clone(),
        ))
    };
    matching.filter(|row| is_first(row)).collect()
}

fn matches(flow: &Flow<'_>, state: &State, row: &SessionRow) -> bool {
    let Some(user) = state.users.get(&row.session.user_id) else {
        return false;
    };
    let params = &flow.params;
    let email_matches = params.email.is_empty() || user.email.eq_ignore_ascii_case(&params.email);
    let connection_matches =
        params.connection_id.is_empty() || params.connection_id == row.connection_id;
    let provider_matches = params.provider.is_empty()
        || (state.connections.get(&row.connection_id))
            .is_some_and(|connection| sso::has_provider(connection, &params.provider));
    let organization_matches = params.requested_organization(state).is_none_or(|id| {
        // A session of another organization does not skip this organization's single sign-on.
        id == row.session.organization_id
            || (sso::of_organization(state, &id).is_empty()
                && state.is_active_member(&user.id, &id))
    });
    let now = flow.app.clock.now().as_second();
    email_matches
        && connection_matches
        && provider_matches
        && organization_matches
        && flow.prompt.accepts(row.auth_time, now)
}

/// Shows the page to choose an account.
pub(crate) fn show(flow: &Flow<'_>, sessions: &[SessionRow]) -> Result<Response, Failure> {
    let state = flow.app.read();
    let accounts = sessions.iter().map(|row| {
        let session = &row.session;
        let user = state.users.get(&session.user_id);
        let organization = state.organizations.get(&session.organization_id);
        choice(
            &session.session_id,
            user.map_or("", |user| user.email.as_str()),
            organization.map_or("", |row| row.organization.display_name.as_str()),
        )
    });
    let more = json!({ "accounts": accounts.collect::<Vec<_>>() });
    drop(state);
    flow.page("login/accounts.html", &Ticket::default(), None, more)
}

/// Continues with the selected session.
pub(crate) fn select(flow: &Flow<'_>, session_id: &str) -> Result<Response, Failure> {
    let sessions = matching_sessions(flow);
    match sessions
        .iter()
        .find(|row| row.session.session_id == session_id)
    {
        Some(row) => steps::resume(flow, row),
        None => email::show(
            flow,
            &Ticket::default(),
            Some("You are no longer signed in to this account."),
        ),
    }
}

//! The consent page.

use serde_json::json;

use super::email;
use crate::http::Response;
use crate::login::consent::Consent;
use crate::login::flow::Flow;
use crate::login::steps;
use crate::oauth::Failure;
use crate::state::SessionRow;
use crate::ticket::Ticket;

/// Shows the page with the requested scopes.
pub(crate) fn show(
    flow: &Flow<'_>,
    row: &SessionRow,
    organization_id: &str,
    scopes: &[&str],
) -> Result<Response, Failure> {
    let client = &flow.authorization.client;
    let consent = Consent {
        client,
        user_id: &row.session.user_id,
    };
    let state = flow.app.read();
    let user = state.users.get(&row.session.user_id);
    let resource = state.resources.get(&client.resource_id);
    let ticket = Ticket {
        email: user.map(|user| user.email.clone()).unwrap_or_default(),
        session_id: row.session.session_id.clone(),
        organization_id: organization_id.to_owned(),
        verified: true,
        ..Ticket::default()
    };
    let more = json!({
        "scopes": consent.scope_items(&state, scopes),
        "resource": resource.map(|resource| &resource.name),
    });
    drop(state);
    flow.page("login/consent.html", &ticket, None, more)
}

/// Records the consent and redirects to the application.
pub(crate) fn allow(flow: &Flow<'_>, ticket: &Ticket) -> Result<Response, Failure> {
    let row = {
        let state = flow.app.read();
        let live = state.live_session(&flow.app.ctx(), &ticket.session_id);
        live.cloned()
    };
    let Some(row) = row else {
        let problem = "Your session has ended. Sign in again.";
        return email::show(flow, ticket, Some(problem));
    };
    let fields = flow.form.0.iter();
    let checked = fields.filter(|(name, _)| name == "scope");
    let checked: Vec<&str> = checked.map(|(_, value)| value.as_str()).collect();
    let consent = Consent {
        client: &flow.authorization.client,
        user_id: &row.session.user_id,
    };
    let scopes = consent.allowed(&flow.app.read(), &flow.authorization.scopes(), &checked);
    flow.app
        .change(|state| consent.record(state, &flow.app.ctx(), &scopes));
    Ok(steps::redirect_with_code(
        flow,
        &row,
        &ticket.organization_id,
        &scopes,
    ))
}

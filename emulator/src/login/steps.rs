//! The steps of a login: the first page, the form of each page, and the end.

use http::header::SET_COOKIE;
use http::{Method, StatusCode};

use super::consent::Consent;
use super::flow::Flow;
use super::forms::{accounts, code, consent, email, organizations, provider, signup};
use super::params::LoginParams;
use super::session::{self, LoginMethod};
use crate::http::Response;
use crate::oauth::{Failure, OAuthError};
use crate::pages;
use crate::state::{FAILED, SUCCESS, SessionRow};
use crate::ticket::Ticket;

/// Handles the initial request: shows the first page or resumes a session.
pub(super) fn start(flow: &Flow<'_>) -> Result<Response, Failure> {
    if flow.request.method == Method::GET
        && let Some(token) = flow.authorization.parameters.get("link_token")
    {
        return code::show_link(flow, token);
    }
    let sessions = accounts::matching_sessions(flow);
    if flow.prompt.none {
        return match sessions.as_slice() {
            [only] => resume(flow, only),
            [] => Err(OAuthError::new("login_required", "no matching user is logged in").into()),
            _ => {
                let description = "more than one user is logged in";
                Err(OAuthError::new("account_selection_required", description).into())
            }
        };
    }
    if flow.prompt.create {
        return signup::show(flow, &flow.params.email, None);
    }
    match sessions.as_slice() {
        [] => provider::show_requested(flow),
        [only] if !flow.prompt.select_account => resume(flow, only),
        several => accounts::show(flow, several),
    }
}

/// Handles a submitted form. The field `do` of the pressed button selects the step. If the form was
/// submitted without a button, the field `step` of the page does.
pub(super) async fn submit(flow: &Flow<'_>) -> Result<Response, Failure> {
    let ticket = flow
        .browser
        .verify_ticket(flow.app, &flow.form, &flow.action());
    let Some(ticket) = ticket else {
        return Ok(pages::message(
            StatusCode::BAD_REQUEST,
            "This page has expired",
            "It was open for too long or in another browser, or the browser blocks cookies.",
            Some(("Start again", &flow.login_url())),
        )?);
    };
    let step = flow.form.get("do").or_else(|| flow.form.get("step"));
    let step = step.unwrap_or_default();
    let (step, id) = step.split_once(' ').unwrap_or((step, ""));
    match step {
        "email" | "sso" => email::submit(flow, &ticket, step == "sso"),
        "connection" => provider::select(flow, &ticket, id),
        "provider" => provider::submit(flow, ticket).await,
        "code" => code::submit(flow, ticket).await,
        "resend" => code::resend(flow, ticket),
        "link" => code::submit_link(flow, &ticket).await,
        "signup" => signup::show(flow, &flow.form_email(&ticket), None),
        "register" => signup::submit(flow),
        "organization" if ticket.verified => organizations::select(flow, ticket, id).await,
        "account" => accounts::select(flow, id),
        "allow" if ticket.verified => consent::allow(flow, &ticket),
        "deny" => Err(denied(flow, &ticket, "the user canceled the login")),
        "deny_login" => Err(denied(
            flow,
            &ticket,
            "the identity provider denied the login",
        )),
        _ => email::show_empty(flow, &flow.form_email(&ticket)),
    }
}

/// Logs a denied login and returns the error for the application.
fn denied(flow: &Flow<'_>, ticket: &Ticket, description: &str) -> Failure {
    let entry = LoginParams {
        email: ticket.email.clone(),
        connection_id: ticket.connection_id.clone(),
        ..flow.params.clone()
    };
    session::log_attempt(flow.app, &entry, FAILED);
    OAuthError::new("access_denied", description).into()
}

/// Continues after the user is identified: selects the organization and logs in.
pub(super) async fn complete(
    flow: &Flow<'_>,
    ticket: Ticket,
    method: LoginMethod,
) -> Result<Response, Failure> {
    let mut chosen = LoginParams {
        email: ticket.email.clone(),
        connection_id: ticket.connection_id.clone(),
        ..flow.params.clone()
    };
    if !ticket.organization_id.is_empty() {
        chosen.organization_id.clone_from(&ticket.organization_id);
    }
    if flow.params.only_email && !chosen.email.eq_ignore_ascii_case(&flow.params.email) {
        let description = "the user who logged in is not the user of the id_token_hint";
        return Err(OAuthError::new("login_required", description).into());
    }
    let choices = organizations::choices(&flow.app.read(), &chosen);
    match choices.as_slice() {
        [] => {}
        [only] => chosen.organization_id = only["id"].as_str().unwrap_or_default().to_owned(),
        several => return organizations::show(flow, ticket, several),
    }
    match session::log_in(flow.app, flow.request, &chosen, &method).await {
        Ok(row) => {
            let cookie = flow.browser.add_session(flow.app, &row.session.session_id);
            let response = finish(flow, &row, &row.session.organization_id)?;
            Ok(response.header(SET_COOKIE, &cookie))
        }
        Err(problem) => email::show(flow, &ticket, Some(&problem)),
    }
}

/// Continues with an existing session.
pub(super) fn resume(flow: &Flow<'_>, row: &SessionRow) -> Result<Response, Failure> {
    let entry = {
        let state = flow.app.read();
        let organization = flow.params.requested_organization(&state);
        let user = state.users.get(&row.session.user_id);
        LoginParams {
            email: user.map(|user| user.email.clone()).unwrap_or_default(),
            organization_id: organization.unwrap_or_else(|| row.session.organization_id.clone()),
            connection_id: row.connection_id.clone(),
            ..flow.params.clone()
        }
    };
    session::log_attempt(flow.app, &entry, SUCCESS);
    finish(flow, row, &entry.organization_id)
}

/// Shows the consent page if consent is needed. Otherwise redirects to the application with a code.
fn finish(flow: &Flow<'_>, row: &SessionRow, organization_id: &str) -> Result<Response, Failure> {
    let scopes = flow.authorization.scopes();
    let consent = Consent {
        client: &flow.authorization.client,
        user_id: &row.session.user_id,
    };
    let needed = flow.prompt.consent || consent.is_needed(&flow.app.read(), &scopes);
    if !needed {
        return Ok(redirect_with_code(flow, row, organization_id, &scopes));
    }
    if flow.prompt.none {
        let description = "the user has not consented to all requested scopes";
        return Err(OAuthError::new("consent_required", description).into());
    }
    consent::show(flow, row, organization_id, &scopes)
}

/// Redirects to the application with an authorization code for `scopes`.
pub(super) fn redirect_with_code(
    flow: &Flow<'_>,
    row: &SessionRow,
    organization_id: &str,
    scopes: &[&str],
) -> Response {
    let client = &flow.authorization.client;
    flow.app.change(|state| {
        let id = &row.session.session_id;
        state.add_to_session(id, &client.id, organization_id);
        state.touch_session(&flow.app.ctx(), id);
    });
    let grant = session::grant(row, organization_id);
    Response::redirect(&flow.authorization.with_code(flow.app, grant, scopes))
}

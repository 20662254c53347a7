//! Login by email: the page for the code, and the page that a link opens.

use std::collections::BTreeMap;

use http::StatusCode;
use scalekit::api::raw::passwordless::PasswordlessType;
use serde_json::json;

use super::email;
use crate::http::Response;
use crate::login::flow::Flow;
use crate::login::mail::{self, Message};
use crate::login::session::LoginMethod;
use crate::login::steps;
use crate::oauth::Failure;
use crate::pages;
use crate::state::PasswordlessRow;
use crate::ticket::Ticket;

/// Sends an email with a code and a link, and shows the page for the code. `fields` are the sign-up
/// fields of a new user.
pub(super) fn send(
    flow: &Flow<'_>,
    email: &str,
    fields: Option<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let link_url = flow.login_url();
    let message = Message {
        email,
        link_url: &link_url,
        fields,
    };
    let sent = mail::send(flow.app, message);
    let ticket = Ticket {
        email: email.to_owned(),
        ..Ticket::default()
    };
    show_sent(flow, ticket, sent, false)
}

/// Sends a new email that replaces the previous one.
pub(crate) fn resend(flow: &Flow<'_>, ticket: Ticket) -> Result<Response, Failure> {
    let sent = mail::resend(flow.app, &ticket.auth_request_id);
    show_sent(flow, ticket, sent, true)
}

/// Shows the page for the code of a sent email, or the problem on the email page.
fn show_sent(
    flow: &Flow<'_>,
    ticket: Ticket,
    sent: Result<String, String>,
    resent: bool,
) -> Result<Response, Failure> {
    match sent {
        Ok(auth_request_id) => {
            let ticket = Ticket {
                auth_request_id,
                ..ticket
            };
            show(flow, &ticket, None, resent)
        }
        Err(problem) => email::show(flow, &ticket, Some(&problem)),
    }
}

/// Shows the page with the code field. `resent` is set after a new email was sent.
fn show(
    flow: &Flow<'_>,
    ticket: &Ticket,
    problem: Option<&str>,
    resent: bool,
) -> Result<Response, Failure> {
    let content = {
        let state = flow.app.read();
        let row = state.passwordless.get(&ticket.auth_request_id);
        row.map(|row| row.passwordless_type.clone())
            .unwrap_or_default()
    };
    let more = json!({
        "has_code": content != PasswordlessType::Link,
        "has_link": content != PasswordlessType::Otp,
        "resent": resent,
    });
    flow.page("login/code.html", ticket, problem, more)
}

/// Verifies the code and logs in.
pub(crate) async fn submit(flow: &Flow<'_>, ticket: Ticket) -> Result<Response, Failure> {
    let code = flow.form.get("code").unwrap_or_default();
    match mail::verify_code(flow.app, &ticket.auth_request_id, code) {
        Ok(row) => complete(flow, row).await,
        Err(problem) => show(flow, &ticket, Some(&problem), false),
    }
}

/// Shows the page of a link from an email. The user must confirm, because email programs may also
/// open links.
pub(crate) fn show_link(flow: &Flow<'_>, token: &str) -> Result<Response, Failure> {
    match mail::find_by_link(flow.app, token, &flow.login_url()) {
        Some(row) => {
            let ticket = Ticket {
                email: row.email,
                auth_request_id: row.auth_request_id,
                ..Ticket::default()
            };
            flow.page("login/link.html", &ticket, None, json!({}))
        }
        None => Ok(pages::message(
            StatusCode::BAD_REQUEST,
            "This link is no longer valid",
            "It was already used, has expired, or was replaced by a newer email.",
            Some(("Sign in again", &flow.login_url())),
        )?),
    }
}

/// Verifies the link and logs in.
pub(crate) async fn submit_link(flow: &Flow<'_>, ticket: &Ticket) -> Result<Response, Failure> {
    let token = flow.authorization.parameters.get("link_token");
    let row = mail::find_by_link(flow.app, token.unwrap_or_default(), &flow.login_url());
    let Some(row) = row else {
        let problem = "The link is no longer valid. Start again.";
        return email::show(flow, ticket, Some(problem));
    };
    match mail::verify_link(flow.app, &row) {
        Ok(()) => complete(flow, row).await,
        Err(problem) => email::show(flow, ticket, Some(&problem)),
    }
}

/// Continues with the recipient of a verified email.
async fn complete(flow: &Flow<'_>, row: PasswordlessRow) -> Result<Response, Failure> {
    let ticket = Ticket {
        email: row.email,
        auth_request_id: row.auth_request_id,
        ..Ticket::default()
    };
    steps::complete(flow, ticket, LoginMethod::Email(row.template_variables)).await
}

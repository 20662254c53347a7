//! The page with the email field.

use serde_json::json;

use super::{code, provider, signup};
use crate::http::Response;
use crate::login::flow::Flow;
use crate::login::sso;
use crate::oauth::Failure;
use crate::ticket::Ticket;

/// Maximum number of email addresses that a page suggests.
pub(super) const MAX_SUGGESTIONS: usize = 100;

/// The message for a text that is not an email address.
pub(super) const INVALID_EMAIL: &str = "Enter an email address, such as ada@example.com.";

/// Returns `true` if `email` looks like an email address.
pub(super) fn is_email(email: &str) -> bool {
    let parts = email.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains(char::is_whitespace)
    })
}

/// Shows the page with an email address and no problem.
pub(crate) fn show_empty(flow: &Flow<'_>, email: &str) -> Result<Response, Failure> {
    let ticket = Ticket {
        email: email.to_owned(),
        ..Ticket::default()
    };
    show(flow, &ticket, None)
}

/// Shows the page with the email address of the ticket.
pub(crate) fn show(
    flow: &Flow<'_>,
    ticket: &Ticket,
    problem: Option<&str>,
) -> Result<Response, Failure> {
    let state = flow.app.read();
    let organization = flow.params.requested_organization(&state);
    let organization = organization.and_then(|id| state.organizations.get(&id));
    let users = state.users.iter().take(MAX_SUGGESTIONS);
    let more = json!({
        "organization": organization.map(|row| &row.organization.display_name),
        "options": sso::of_environment(&state),
        "users": users.map(|user| &user.email).collect::<Vec<_>>(),
    });
    drop(state);
    let ticket = Ticket {
        email: ticket.email.clone(),
        ..Ticket::default()
    };
    flow.page("login/email.html", &ticket, problem, more)
}

/// Continues with the organization's identity provider if there is one. Otherwise sends an email or
/// shows the sign-up page.
pub(crate) fn submit(
    flow: &Flow<'_>,
    ticket: &Ticket,
    only_sso: bool,
) -> Result<Response, Failure> {
    let email = flow.form_email(&Ticket::default());
    let ticket = Ticket {
        email: email.clone(),
        ..ticket.clone()
    };
    if !is_email(&email) {
        return show(flow, &ticket, Some(INVALID_EMAIL));
    }
    let (options, user_exists) = {
        let state = flow.app.read();
        let params = flow.params_with_email(&email);
        (
            sso::candidates(&state, &params),
            state.user_by_email(&email).is_some(),
        )
    };
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    match (options.is_empty(), user_exists) {
        (false, _) => provider::show_options(flow, &ticket, &options),
        (true, _) if only_sso => {
            let problem = format!("No single sign-on is set up for {domain}.");
            show(flow, &ticket, Some(&problem))
        }
        (true, true) => code::send(flow, &email, None),
        (true, false) => signup::show(flow, &email, None),
    }
}

//! The sign-up page.

use serde_json::json;

use super::email::{self, INVALID_EMAIL, is_email};
use super::{code, provider};
use crate::http::Response;
use crate::login::flow::Flow;
use crate::login::{signup, sso};
use crate::oauth::Failure;
use crate::ticket::Ticket;

/// Shows the page. After a failed attempt, it contains the values of the form.
pub(crate) fn show(
    flow: &Flow<'_>,
    email: &str,
    problem: Option<&str>,
) -> Result<Response, Failure> {
    let ticket = Ticket {
        email: email.to_owned(),
        ..Ticket::default()
    };
    let field = |name: &str| flow.form.get(name).unwrap_or_default();
    let organization = {
        let state = flow.app.read();
        let id = flow.params.requested_organization(&state);
        let row = id.and_then(|id| state.organizations.get(&id));
        row.map(|row| row.organization.display_name.clone())
    };
    let more = json!({
        "given_name": field("given_name"),
        "family_name": field("family_name"),
        "organization_name": field("organization_name"),
        "organization": organization,
        "requested": flow.prompt.create,
    });
    flow.page("login/signup.html", &ticket, problem, more)
}

/// Checks the fields and sends an email to verify the address.
pub(crate) fn submit(flow: &Flow<'_>) -> Result<Response, Failure> {
    let email = flow.form_email(&Ticket::default());
    if !is_email(&email) {
        return show(flow, &email, Some(INVALID_EMAIL));
    }
    let ticket = Ticket {
        email: email.clone(),
        ..Ticket::default()
    };
    let (options, user_exists, organization) = {
        let state = flow.app.read();
        let params = flow.params_with_email(&email);
        (
            sso::candidates(&state, &params),
            state.user_by_email(&email).is_some(),
            params.organization(&state),
        )
    };
    if user_exists {
        let problem = format!("{email} already has an account. Sign in instead.");
        return email::show(flow, &ticket, Some(&problem));
    }
    if !options.is_empty() {
        return provider::show_options(flow, &ticket, &options);
    }
    let text = |name: &str| flow.form.get(name).unwrap_or_default().trim().to_owned();
    if organization.is_none() && text(signup::ORGANIZATION).is_empty() {
        return show(flow, &email, Some("Enter a name for your organization."));
    }
    let names = [
        signup::GIVEN_NAME,
        signup::FAMILY_NAME,
        signup::ORGANIZATION,
    ];
    let fields = names.map(|name| (name.to_owned(), text(name))).into_iter();
    let filled = fields.filter(|(_, text)| !text.is_empty());
    code::send(flow, &email, Some(filled.collect()))
}

//! The selection of a connection, and the page of a simulated identity provider.

use scalekit::api::raw::users::User;
use serde_json::json;

use super::email::{self, INVALID_EMAIL, MAX_SUGGESTIONS, is_email};
use crate::http::Response;
use crate::login::flow::Flow;
use crate::login::session::LoginMethod;
use crate::login::sso::{self, LoginOption};
use crate::login::steps;
use crate::oauth::Failure;
use crate::ticket::Ticket;

/// Shows the page of the connections that the request selects, or the email page if it selects
/// none.
pub(crate) fn show_requested(flow: &Flow<'_>) -> Result<Response, Failure> {
    let ticket = Ticket {
        email: flow.params.email.clone(),
        ..Ticket::default()
    };
    let (options, problem) = {
        let state = flow.app.read();
        (
            sso::candidates(&state, &flow.params),
            sso::problem(&state, &flow.params),
        )
    };
    match problem {
        Some(problem) => email::show(flow, &ticket, Some(&problem)),
        None => show_options(flow, &ticket, &options),
    }
}

/// Shows the page for `options`: the selection page, the provider page of a single connection, or
/// the email page if `options` is empty.
pub(super) fn show_options(
    flow: &Flow<'_>,
    ticket: &Ticket,
    options: &[LoginOption],
) -> Result<Response, Failure> {
    match options {
        [] => email::show(flow, ticket, None),
        [only] => show(flow, ticket, only, None),
        several => {
            let more = json!({ "connections": several });
            flow.page("login/connections.html", ticket, None, more)
        }
    }
}

/// Continues with the selected connection.
pub(crate) fn select(flow: &Flow<'_>, ticket: &Ticket, id: &str) -> Result<Response, Failure> {
    let option = {
        let state = flow.app.read();
        let matching = sso::candidates(&state, &flow.params_with_email(&ticket.email));
        let mut all = matching.into_iter().chain(sso::of_environment(&state));
        all.find(|option| option.id == id)
    };
    match option {
        Some(option) => show(flow, ticket, &option, None),
        None => email::show(flow, ticket, Some("The connection does not exist.")),
    }
}

/// Shows the page of a simulated identity provider.
fn show(
    flow: &Flow<'_>,
    ticket: &Ticket,
    option: &LoginOption,
    problem: Option<&str>,
) -> Result<Response, Failure> {
    let ticket = Ticket {
        connection_id: option.id.clone(),
        ..ticket.clone()
    };
    // If the application requires a connection, the user cannot choose another option.
    let others = flow.params.connection_id.is_empty();
    let users = suggestions(flow, option);
    let more = json!({ "option": option, "others": others, "users": users });
    flow.page("login/provider.html", &ticket, problem, more)
}

fn suggestions(flow: &Flow<'_>, option: &LoginOption) -> Vec<String> {
    let state = flow.app.read();
    let email = |user: &User| user.email.clone();
    if option.organization_id.is_empty() {
        let users = state.users.iter();
        return users.take(MAX_SUGGESTIONS).map(email).collect();
    }
    let users = state.users.by("organization", &option.organization_id);
    users.take(MAX_SUGGESTIONS).map(email).collect()
}

/// Logs in the user whom the simulated identity provider identified.
pub(crate) async fn submit(flow: &Flow<'_>, ticket: Ticket) -> Result<Response, Failure> {
    let option = sso::by_id(&flow.app.read(), &ticket.connection_id);
    let Some(option) = option else {
        return email::show(flow, &ticket, Some("The connection does not exist."));
    };
    let ticket = Ticket {
        email: flow.form_email(&Ticket::default()),
        ..ticket
    };
    if !is_email(&ticket.email) {
        return show(flow, &ticket, &option, Some(INVALID_EMAIL));
    }
    steps::complete(flow, ticket, LoginMethod::Direct).await
}

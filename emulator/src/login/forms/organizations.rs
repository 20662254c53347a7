//! The selection of an organization, if the user is a member of several.

use scalekit::api::raw::commons::MembershipStatus;
use serde_json::{Value, json};

use super::{choice, email};
use crate::http::Response;
use crate::login::flow::Flow;
use crate::login::params::LoginParams;
use crate::login::session::LoginMethod;
use crate::login::{mail, steps};
use crate::oauth::Failure;
use crate::state::State;
use crate::ticket::Ticket;

/// Returns the organizations that the user can choose from. Empty if the request names one.
pub(crate) fn choices(state: &State, params: &LoginParams) -> Vec<Value> {
    if params.requested_organization(state).is_some() {
        return Vec::new();
    }
    let user = state.user_by_email(&params.email);
    let own = user.into_iter().flat_map(|user| &user.memberships);
    let usable = own.filter(|one| one.membership_status != MembershipStatus::Inactive);
    let shown = usable.filter_map(|one| {
        let row = state.organizations.get(&one.organization_id)?;
        let invited = one.membership_status == MembershipStatus::PendingInvite;
        let detail = if invited { "Invitation pending" } else { "" };
        Some(choice(
            &row.organization.id,
            &row.organization.display_name,
            detail,
        ))
    });
    shown.collect()
}

/// Shows the page to choose an organization.
pub(crate) fn show(
    flow: &Flow<'_>,
    ticket: Ticket,
    choices: &[Value],
) -> Result<Response, Failure> {
    let ticket = Ticket {
        verified: true,
        ..ticket
    };
    let more = json!({ "organizations": choices });
    flow.page("login/organizations.html", &ticket, None, more)
}

/// Logs in to the selected organization.
pub(crate) async fn select(flow: &Flow<'_>, ticket: Ticket, id: &str) -> Result<Response, Failure> {
    let is_member = {
        let state = flow.app.read();
        let user = state.user_by_email(&ticket.email);
        user.is_some_and(|user| state.membership(&user.id, id).is_ok())
    };
    if !is_member {
        let problem = "You are not a member of this organization.";
        return email::show(flow, &ticket, Some(problem));
    }
    let method = match ticket.connection_id.as_str() {
        "" => LoginMethod::Email(mail::fields(flow.app, &ticket.auth_request_id)),
        _ => LoginMethod::Direct,
    };
    let ticket = Ticket {
        organization_id: id.to_owned(),
        ..ticket
    };
    steps::complete(flow, ticket, method).await
}

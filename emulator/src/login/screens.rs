//! The login pages.

use http::StatusCode;
use scalekit::api::passwordless::PasswordlessType;
use serde_json::{Map, Value, json};

use super::consent::Consent;
use super::flow::{Flow, Stop};
use super::{mail, sso};
use crate::http::Response;
use crate::pages;
use crate::state::SessionRow;
use crate::ticket::Ticket;

/// Maximum number of email addresses that a page suggests.
const MAX_SUGGESTIONS: usize = 100;

/// Returns an account or an organization for a selection page.
pub(super) fn choice(id: &str, name: &str, detail: &str) -> Value {
    json!({ "id": id, "name": name, "detail": detail })
}

impl Flow<'_> {
    /// Renders a login page. The status is 400 if there is a `problem`.
    pub(super) fn page(
        &self,
        name: &str,
        ticket: &Ticket,
        problem: Option<&str>,
        more: Value,
    ) -> Result<Response, Stop> {
        let client = &self.authorization.client;
        let redirect = &self.authorization.redirect;
        let origin = redirect.host_str().map_or_else(
            || format!("{}:", redirect.scheme()),
            |host| {
                redirect
                    .port()
                    .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
            },
        );
        let is_environment_client = client.id == self.app.client.id;
        let mut context = json!({
            "application": origin,
            "client": if is_environment_client { "" } else { client.name.as_str() },
            "action": self.action(),
            "ticket": self.browser.issue_ticket(self.app, ticket, &self.action()),
            "email": ticket.email,
            "problem": problem,
        });
        if let (Value::Object(context), Value::Object(more)) = (&mut context, more) {
            context.extend::<Map<String, Value>>(more);
        }
        let status = match problem {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        };
        Ok(self
            .browser
            .with_cookie(self.app, pages::page(status, name, context)?))
    }

    /// Shows the page for `connections`: the selection page, the provider page of a single
    /// connection, or the email page if `connections` is empty.
    pub(super) fn connect(
        &self,
        ticket: &Ticket,
        connections: &[sso::LoginOption],
    ) -> Result<Response, Stop> {
        match connections {
            [] => self.email(ticket, None),
            [only] => self.provider(ticket, only, None),
            several => self.page(
                "login/connections.html",
                ticket,
                None,
                json!({ "connections": several }),
            ),
        }
    }

    /// Shows the page of a simulated identity provider.
    pub(super) fn provider(
        &self,
        ticket: &Ticket,
        option: &sso::LoginOption,
        problem: Option<&str>,
    ) -> Result<Response, Stop> {
        let ticket = Ticket {
            connection_id: option.id.clone(),
            ..ticket.clone()
        };
        // If the application requires a connection, the user cannot choose another option.
        let others = self.params.connection_id.is_empty();
        let more = json!({ "option": option, "others": others, "users": self.suggestions(option) });
        self.page("login/provider.html", &ticket, problem, more)
    }

    fn suggestions(&self, option: &sso::LoginOption) -> Vec<String> {
        let state = self.app.read();
        let emails = |user: &scalekit::api::users::User| user.email.clone();
        if option.organization_id.is_empty() {
            state
                .users
                .iter()
                .take(MAX_SUGGESTIONS)
                .map(emails)
                .collect()
        } else {
            let users = state.users.by("organization", &option.organization_id);
            users.take(MAX_SUGGESTIONS).map(emails).collect()
        }
    }

    /// Shows the page with the email field.
    pub(super) fn email(&self, ticket: &Ticket, problem: Option<&str>) -> Result<Response, Stop> {
        let state = self.app.read();
        let organization = self.params.requested_organization(&state);
        let organization = organization.and_then(|id| state.organizations.get(&id));
        let users = state
            .users
            .iter()
            .take(MAX_SUGGESTIONS)
            .map(|user| &user.email);
        let more = json!({
            "organization": organization.map(|row| &row.organization.display_name),
            "options": sso::of_environment(&state),
            "users": users.collect::<Vec<_>>(),
        });
        drop(state);
        let ticket = Ticket {
            email: ticket.email.clone(),
            ..Ticket::default()
        };
        self.page("login/email.html", &ticket, problem, more)
    }

    /// Shows the sign-up page.
    pub(super) fn sign_up(&self, email: &str, problem: Option<&str>) -> Result<Response, Stop> {
        let ticket = Ticket {
            email: email.to_owned(),
            ..Ticket::default()
        };
        let field = |name: &str| self.form.get(name).unwrap_or_default().to_owned();
        let organization = {
            let state = self.app.read();
            let id = self.params.requested_organization(&state);
            id.and_then(|id| {
                Some(
                    state
                        .organizations
                        .get(&id)?
                        .organization
                        .display_name
                        .clone(),
                )
            })
        };
        let more = json!({
            "given_name": field("given_name"),
            "family_name": field("family_name"),
            "organization_name": field("organization_name"),
            "organization": organization,
            "requested": self.prompt.create,
        });
        self.page("login/signup.html", &ticket, problem, more)
    }

    /// Shows the page to choose an account.
    pub(super) fn accounts(&self, sessions: &[SessionRow]) -> Result<Response, Stop> {
        let state = self.app.read();
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
        self.page("login/accounts.html", &Ticket::default(), None, more)
    }

    /// Shows the page of a link from an email. The user must confirm, because email programs may
    /// also open links.
    pub(super) fn link(&self, token: &str) -> Result<Response, Stop> {
        match mail::find_by_link(self.app, token, &self.login_url()) {
            Some(row) => {
                let ticket = Ticket {
                    email: row.email,
                    auth_request_id: row.auth_request_id,
                    ..Ticket::default()
                };
                self.page("login/link.html", &ticket, None, json!({}))
            }
            None => Ok(pages::message(
                StatusCode::BAD_REQUEST,
                "This link is no longer valid",
                "It was already used, has expired, or was replaced by a newer email.",
                Some(("Sign in again", &self.login_url())),
            )?),
        }
    }

    /// Shows the page with the code field. `resent` is set after a new email was sent.
    pub(super) fn code(
        &self,
        ticket: &Ticket,
        problem: Option<&str>,
        resent: bool,
    ) -> Result<Response, Stop> {
        let (has_code, has_link) = {
            let state = self.app.read();
            let row = state.passwordless.get(&ticket.auth_request_id);
            let kind = row
                .map(|row| row.passwordless_type.clone())
                .unwrap_or_default();
            (
                kind != PasswordlessType::Link,
                kind != PasswordlessType::Otp,
            )
        };
        let more = json!({ "has_code": has_code, "has_link": has_link, "resent": resent });
        self.page("login/code.html", ticket, problem, more)
    }

    /// Shows the consent page.
    pub(super) fn consent(
        &self,
        row: &SessionRow,
        organization_id: &str,
        scopes: &[&str],
    ) -> Result<Response, Stop> {
        let consent = Consent {
            client: &self.authorization.client,
            user_id: &row.session.user_id,
        };
        let state = self.app.read();
        let user = state.users.get(&row.session.user_id);
        let resource = state.resources.get(&self.authorization.client.resource_id);
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
        self.page("login/consent.html", &ticket, None, more)
    }
}

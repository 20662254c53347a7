//! The pages of a login.

use http::StatusCode;
use scalekit::api::passwordless::PasswordlessType;
use serde_json::{Map, Value, json};

use super::consent::Party;
use super::flow::{Flow, Stop};
use super::{login, mailed, sso};
use crate::http::Reply;
use crate::pages::{self, Ticket};
use crate::state::SessionRow;

/// Addresses that a page proposes at most.
const PROPOSED: usize = 100;

/// An account in a browser, or an organization, to choose from.
pub(super) fn choice(id: &str, name: &str, detail: &str) -> Value {
    json!({ "id": id, "name": name, "detail": detail })
}

impl Flow<'_> {
    /// A page of the login; 400 if it says what was wrong.
    pub(super) fn page(
        &self,
        name: &str,
        ticket: &Ticket,
        problem: Option<&str>,
        more: Value,
    ) -> Result<Reply, Stop> {
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
        let ours = client.id == self.app.client.id;
        let mut context = json!({
            "application": origin,
            "client": if ours { "" } else { client.name.as_str() },
            "action": self.action(),
            "ticket": self.browser.close(self.app, ticket, &self.action()),
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
        Ok(self.browser.dress(self.app, pages::page(status, name, context)?))
    }

    /// The page for these connections: to choose one, or that of the only one, or none of them.
    pub(super) fn connect(&self, ticket: &Ticket, connections: &[sso::Way]) -> Result<Reply, Stop> {
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

    /// The page of an identity provider, which the emulator plays.
    pub(super) fn provider(
        &self,
        ticket: &Ticket,
        way: &sso::Way,
        problem: Option<&str>,
    ) -> Result<Reply, Stop> {
        let ticket = Ticket {
            connection_id: way.id.clone(),
            ..ticket.clone()
        };
        // An application that insists on a connection leaves no other way.
        let others = self.wanted.connection_id.is_empty();
        let more = json!({ "way": way, "others": others, "users": self.proposed(way) });
        self.page("login/provider.html", &ticket, problem, more)
    }

    fn proposed(&self, way: &sso::Way) -> Vec<String> {
        let state = self.app.read();
        let emails = |user: &scalekit::api::users::User| user.email.clone();
        if way.organization_id.is_empty() {
            state.users.iter().take(PROPOSED).map(emails).collect()
        } else {
            let users = state.users.by("organization", &way.organization_id);
            users.take(PROPOSED).map(emails).collect()
        }
    }

    /// The page that asks for an e-mail address.
    pub(super) fn email(&self, ticket: &Ticket, problem: Option<&str>) -> Result<Reply, Stop> {
        let state = self.app.read();
        let organization = login::organization_wanted(&state, &self.wanted);
        let organization = organization.and_then(|id| state.organizations.get(&id));
        let more = json!({
            "organization": organization.map(|row| &row.organization.display_name),
            "ways": sso::of_environment(&state),
            "users": state.users.iter().take(PROPOSED).map(|user| &user.email).collect::<Vec<_>>(),
        });
        drop(state);
        let ticket = Ticket {
            email: ticket.email.clone(),
            ..Ticket::default()
        };
        self.page("login/email.html", &ticket, problem, more)
    }

    /// The page on which somebody new says who they are.
    pub(super) fn sign_up(&self, email: &str, problem: Option<&str>) -> Result<Reply, Stop> {
        let ticket = Ticket {
            email: email.to_owned(),
            ..Ticket::default()
        };
        let typed = |name: &str| self.form.get(name).unwrap_or_default().to_owned();
        let organization = {
            let state = self.app.read();
            let id = login::organization_wanted(&state, &self.wanted);
            id.and_then(|id| Some(state.organizations.get(&id)?.organization.display_name.clone()))
        };
        let more = json!({
            "given_name": typed("given_name"),
            "family_name": typed("family_name"),
            "organization_name": typed("organization_name"),
            "organization": organization,
            "asked_for": self.prompt.create,
        });
        self.page("login/signup.html", &ticket, problem, more)
    }

    /// The page to choose an account on.
    pub(super) fn accounts(&self, sessions: &[SessionRow]) -> Result<Reply, Stop> {
        let state = self.app.read();
        let shown = sessions.iter().map(|row| {
            let session = &row.session;
            let user = state.users.get(&session.user_id);
            let organization = state.organizations.get(&session.organization_id);
            choice(
                &session.session_id,
                user.map_or("", |user| user.email.as_str()),
                organization.map_or("", |row| row.organization.display_name.as_str()),
            )
        });
        let more = json!({ "accounts": shown.collect::<Vec<_>>() });
        drop(state);
        self.page("login/accounts.html", &Ticket::default(), None, more)
    }

    /// The page that a link from a mail leads to. The link alone does nothing, since mail programs follow links, too.
    pub(super) fn link(&self, token: &str) -> Result<Reply, Stop> {
        match mailed::letter_of(self.app, token, &self.place()) {
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
                "This link is no longer good",
                "It was used already, is too old, or another mail has taken its place.",
                Some(("Sign in again", &self.place())),
            )?),
        }
    }

    /// The page that asks for the code.
    pub(super) fn code(&self, ticket: &Ticket, problem: Option<&str>, again: bool) -> Result<Reply, Stop> {
        let (coded, linked) = {
            let state = self.app.read();
            let row = state.passwordless.get(&ticket.auth_request_id);
            let kind = row.map(|row| row.passwordless_type.clone()).unwrap_or_default();
            (kind != PasswordlessType::Link, kind != PasswordlessType::Otp)
        };
        let more = json!({ "coded": coded, "linked": linked, "again": again });
        self.page("login/code.html", ticket, problem, more)
    }

    /// The page that asks what the application may get.
    pub(super) fn consent(
        &self,
        row: &SessionRow,
        organization_id: &str,
        scopes: &[&str],
    ) -> Result<Reply, Stop> {
        let party = Party {
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
            proven: true,
            ..Ticket::default()
        };
        let more = json!({
            "scopes": party.show(&state, scopes),
            "resource": resource.map(|resource| &resource.name),
        });
        drop(state);
        self.page("login/consent.html", &ticket, None, more)
    }
}

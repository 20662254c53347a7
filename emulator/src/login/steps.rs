//! Handlers of the forms of the login pages.

use http::StatusCode;

use super::consent::Consent;
use super::flow::{Flow, Stop};
use super::mail;
use super::params::LoginParams;
use super::session::{self, LoginMethod};
use super::{signup, sso};
use crate::http::Response;
use crate::oauth::Denied;
use crate::pages;
use crate::state::FAILED;
use crate::ticket::Ticket;

/// Returns `true` if `email` looks like an email address.
fn is_email(email: &str) -> bool {
    let parts = email.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains(char::is_whitespace)
    })
}

const INVALID_EMAIL: &str = "Enter an email address, such as ada@example.com.";

impl Flow<'_> {
    /// Handles a submitted form. The field `do` of the pressed button selects the step. If the form
    /// was submitted without a button, the field `step` of the page does.
    pub(super) async fn submit(&self) -> Result<Response, Stop> {
        let Some(ticket) = self
            .browser
            .verify_ticket(self.app, &self.form, &self.action())
        else {
            return Ok(pages::message(
                StatusCode::BAD_REQUEST,
                "This page has expired",
                "It was open for too long or in another browser, or the browser blocks cookies.",
                Some(("Start again", &self.login_url())),
            )?);
        };
        let step = self.form.get("do").or_else(|| self.form.get("step"));
        let (step, id) = step
            .unwrap_or_default()
            .split_once(' ')
            .unwrap_or((step.unwrap_or_default(), ""));
        match step {
            "email" | "sso" => self.submit_email(&ticket, step == "sso"),
            "connection" => self.select_connection(&ticket, id),
            "provider" => self.submit_provider(ticket).await,
            "code" => self.submit_code(ticket).await,
            "resend" => self.resend(ticket),
            "link" => self.submit_link(&ticket).await,
            "signup" => self.sign_up(&self.form_email(&ticket), None),
            "register" => self.register(),
            "organization" if ticket.verified => self.select_organization(ticket, id).await,
            "account" => self.select_account(id),
            "allow" if ticket.verified => self.grant_consent(&ticket),
            "deny" => Err(self.denied(&ticket, "the user canceled the login")),
            "refuse" => Err(self.denied(&ticket, "the identity provider denied the login")),
            _ => self.email(
                &Ticket {
                    email: self.form_email(&ticket),
                    ..Ticket::default()
                },
                None,
            ),
        }
    }

    /// Returns the email address of the form, or of the ticket if the form has no such field.
    fn form_email(&self, ticket: &Ticket) -> String {
        let email = self.form.get("email").map(str::trim);
        email.unwrap_or(&ticket.email).to_owned()
    }

    fn denied(&self, ticket: &Ticket, description: &str) -> Stop {
        let entry = LoginParams {
            email: ticket.email.clone(),
            connection_id: ticket.connection_id.clone(),
            ..self.params.clone()
        };
        session::log_attempt(self.app, &entry, FAILED);
        Denied("access_denied", description.to_owned()).into()
    }

    /// Continues with the organization's identity provider if there is one. Otherwise sends an
    /// email or shows the sign-up page.
    fn submit_email(&self, ticket: &Ticket, only_sso: bool) -> Result<Response, Stop> {
        let email = self.form_email(&Ticket::default());
        let ticket = Ticket {
            email: email.clone(),
            ..ticket.clone()
        };
        if !is_email(&email) {
            return self.email(&ticket, Some(INVALID_EMAIL));
        }
        let (options, user_exists) = {
            let state = self.app.read();
            let params = self.with_email(&email);
            (
                sso::candidates(&state, &params),
                state.user_by_email(&email).is_some(),
            )
        };
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        match (options.is_empty(), user_exists) {
            (false, _) => self.connect(&ticket, &options),
            (true, _) if only_sso => self.email(
                &ticket,
                Some(&format!("No single sign-on is set up for {domain}.")),
            ),
            (true, true) => self.send(&email, None),
            (true, false) => self.sign_up(&email, None),
        }
    }

    /// Returns the login parameters for an email address that the user entered.
    fn with_email(&self, email: &str) -> LoginParams {
        LoginParams {
            email: email.to_owned(),
            provider: String::new(),
            ..self.params.clone()
        }
    }

    fn select_connection(&self, ticket: &Ticket, id: &str) -> Result<Response, Stop> {
        let option = {
            let state = self.app.read();
            let matching = sso::candidates(&state, &self.with_email(&ticket.email));
            let all = matching.into_iter().chain(sso::of_environment(&state));
            all.into_iter().find(|option| option.id == id)
        };
        match option {
            Some(option) => self.provider(ticket, &option, None),
            None => self.email(ticket, Some("The connection does not exist.")),
        }
    }

    async fn submit_provider(&self, ticket: Ticket) -> Result<Response, Stop> {
        let option = sso::by_id(&self.app.read(), &ticket.connection_id);
        let Some(option) = option else {
            return self.email(&ticket, Some("The connection does not exist."));
        };
        let ticket = Ticket {
            email: self.form_email(&Ticket::default()),
            ..ticket
        };
        if !is_email(&ticket.email) {
            return self.provider(&ticket, &option, Some(INVALID_EMAIL));
        }
        self.complete(ticket, LoginMethod::Direct).await
    }

    /// Handles the sign-up form: checks the fields and sends an email to verify the address.
    fn register(&self) -> Result<Response, Stop> {
        let email = self.form_email(&Ticket::default());
        if !is_email(&email) {
            return self.sign_up(&email, Some(INVALID_EMAIL));
        }
        let ticket = Ticket {
            email: email.clone(),
            ..Ticket::default()
        };
        let (options, user_exists, organization) = {
            let state = self.app.read();
            let params = self.with_email(&email);
            let organization = params.organization(&state);
            (
                sso::candidates(&state, &params),
                state.user_by_email(&email).is_some(),
                organization,
            )
        };
        if user_exists {
            let problem = format!("{email} already has an account. Sign in instead.");
            return self.email(&ticket, Some(&problem));
        }
        if !options.is_empty() {
            return self.connect(&ticket, &options);
        }
        let values = [
            signup::GIVEN_NAME,
            signup::FAMILY_NAME,
            signup::ORGANIZATION,
        ]
        .map(|name| (name, self.form.get(name).unwrap_or_default().trim()));
        if organization.is_none() && values[2].1.is_empty() {
            return self.sign_up(&email, Some("Enter a name for your organization."));
        }
        let filled = values.into_iter().filter(|(_, text)| !text.is_empty());
        let fields = filled.map(|(name, text)| (name.to_owned(), text.to_owned()));
        self.send(&email, Some(fields.collect()))
    }

    async fn select_organization(&self, ticket: Ticket, id: &str) -> Result<Response, Stop> {
        let member = {
            let state = self.app.read();
            let user = state.user_by_email(&ticket.email);
            user.is_some_and(|user| state.membership(&user.id, id).is_ok())
        };
        if !member {
            return self.email(&ticket, Some("You are not a member of this organization."));
        }
        let method = match ticket.connection_id.as_str() {
            "" => LoginMethod::Email(mail::fields(self.app, &ticket.auth_request_id)),
            _ => LoginMethod::Direct,
        };
        let ticket = Ticket {
            organization_id: id.to_owned(),
            ..ticket
        };
        self.complete(ticket, method).await
    }

    fn select_account(&self, session_id: &str) -> Result<Response, Stop> {
        let sessions = self.matching_sessions();
        match sessions
            .iter()
            .find(|row| row.session.session_id == session_id)
        {
            Some(row) => self.resume(row),
            None => self.email(
                &Ticket::default(),
                Some("You are no longer signed in to this account."),
            ),
        }
    }

    fn grant_consent(&self, ticket: &Ticket) -> Result<Response, Stop> {
        let row = {
            let state = self.app.read();
            let live = state.live_session(&self.app.ctx(), &ticket.session_id);
            live.cloned()
        };
        let Some(row) = row else {
            return self.email(ticket, Some("Your session has ended. Sign in again."));
        };
        let checked: Vec<&str> = (self.form.0.iter())
            .filter(|(name, _)| name == "scope")
            .map(|(_, value)| value.as_str())
            .collect();
        let consent = Consent {
            client: &self.authorization.client,
            user_id: &row.session.user_id,
        };
        let scopes = consent.allowed(&self.app.read(), &self.authorization.scopes(), &checked);
        self.app
            .change(|state| consent.record(state, &self.app.ctx(), &scopes));
        Ok(self.redirect_with_code(&row, &ticket.organization_id, &scopes))
    }
}

//! What the pages of a login send.

use http::StatusCode;

use super::authorization::Denied;
use super::consent::Party;
use super::flow::{Flow, Stop};
use super::login::{self, How, Wanted};
use super::mailed;
use super::{signup, sso};
use crate::http::Reply;
use crate::pages::{self, Ticket};
use crate::state::FAILED;

/// Whether an address could be one.
fn is_address(email: &str) -> bool {
    let parts = email.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains(char::is_whitespace)
    })
}

const NO_ADDRESS: &str = "Enter an e-mail address, such as ada@example.com.";

impl Flow<'_> {
    /// Takes a step. A button says which; without one, as when a program sends the form, it is what the page is for.
    pub(super) async fn submitted(&self) -> Result<Reply, Stop> {
        let Some(ticket) = self.browser.open(self.app, &self.form, &self.action()) else {
            return Ok(pages::message(
                StatusCode::BAD_REQUEST,
                "This page has expired",
                "It was open for too long, was shown in another browser, or the browser accepts no cookies.",
                Some(("Start again", &self.place())),
            )?);
        };
        let step = self.form.get("do").or_else(|| self.form.get("step"));
        let (step, about) = step
            .unwrap_or_default()
            .split_once(' ')
            .unwrap_or((step.unwrap_or_default(), ""));
        match step {
            "email" | "sso" => self.took_email(&ticket, step == "sso"),
            "connection" => self.took_connection(&ticket, about),
            "provider" => self.took_provider(ticket).await,
            "code" => self.took_code(ticket).await,
            "resend" => self.resend(ticket),
            "link" => self.took_link(&ticket).await,
            "signup" => self.sign_up(&self.typed_email(&ticket), None),
            "register" => self.register(),
            "organization" if ticket.proven => self.took_organization(ticket, about).await,
            "account" => self.took_account(about),
            "allow" if ticket.proven => self.allowed(&ticket),
            "deny" => Err(self.denied(&ticket, "the user cancelled the login")),
            "refuse" => Err(self.denied(&ticket, "the identity provider refused the login")),
            _ => self.email(
                &Ticket {
                    email: self.typed_email(&ticket),
                    ..Ticket::default()
                },
                None,
            ),
        }
    }

    fn typed_email(&self, ticket: &Ticket) -> String {
        let typed = self.form.get("email").map(str::trim);
        typed.unwrap_or(&ticket.email).to_owned()
    }

    fn denied(&self, ticket: &Ticket, description: &str) -> Stop {
        let who = Wanted {
            email: ticket.email.clone(),
            connection_id: ticket.connection_id.clone(),
            ..self.wanted.clone()
        };
        login::note(self.app, &who, FAILED);
        Denied("access_denied", description.to_owned()).into()
    }

    /// An address leads to the identity provider of its organization, or else to a mail.
    fn took_email(&self, ticket: &Ticket, only_sso: bool) -> Result<Reply, Stop> {
        let email = self.typed_email(&Ticket::default());
        let ticket = Ticket {
            email: email.clone(),
            ..ticket.clone()
        };
        if !is_address(&email) {
            return self.email(&ticket, Some(NO_ADDRESS));
        }
        let (ways, known) = {
            let state = self.app.read();
            let wanted = self.meant(&email);
            (
                sso::wanted(&state, &wanted),
                state.user_by_email(&email).is_some(),
            )
        };
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        match (ways.is_empty(), known) {
            (false, _) => self.connect(&ticket, &ways),
            (true, _) if only_sso => self.email(
                &ticket,
                Some(&format!("No single sign-on is set up for {domain}.")),
            ),
            (true, true) => self.send(&email, None),
            (true, false) => self.sign_up(&email, None),
        }
    }

    /// What the request asks for, now that somebody has typed an address.
    fn meant(&self, email: &str) -> Wanted {
        Wanted {
            email: email.to_owned(),
            provider: String::new(),
            ..self.wanted.clone()
        }
    }

    fn took_connection(&self, ticket: &Ticket, id: &str) -> Result<Reply, Stop> {
        let way = {
            let state = self.app.read();
            let ours = sso::wanted(&state, &self.meant(&ticket.email));
            let all = ours.into_iter().chain(sso::of_environment(&state));
            all.into_iter().find(|way| way.id == id)
        };
        match way {
            Some(way) => self.provider(ticket, &way, None),
            None => self.email(ticket, Some("There is no such connection.")),
        }
    }

    async fn took_provider(&self, ticket: Ticket) -> Result<Reply, Stop> {
        let way = sso::by_id(&self.app.read(), &ticket.connection_id);
        let Some(way) = way else {
            return self.email(&ticket, Some("There is no such connection."));
        };
        let ticket = Ticket {
            email: self.typed_email(&Ticket::default()),
            ..ticket
        };
        if !is_address(&ticket.email) {
            return self.provider(&ticket, &way, Some(NO_ADDRESS));
        }
        self.identified(ticket, How::Told).await
    }

    /// Takes what somebody new says about themselves, and has them show that the address is theirs.
    fn register(&self) -> Result<Reply, Stop> {
        let email = self.typed_email(&Ticket::default());
        if !is_address(&email) {
            return self.sign_up(&email, Some(NO_ADDRESS));
        }
        let ticket = Ticket {
            email: email.clone(),
            ..Ticket::default()
        };
        let (ways, known, organization) = {
            let state = self.app.read();
            let wanted = self.meant(&email);
            let organization = login::organization_of(&state, &wanted);
            (
                sso::wanted(&state, &wanted),
                state.user_by_email(&email).is_some(),
                organization,
            )
        };
        if known {
            let problem = format!("{email} has an account already. Sign in with it.");
            return self.email(&ticket, Some(&problem));
        }
        if !ways.is_empty() {
            return self.connect(&ticket, &ways);
        }
        let typed = [signup::GIVEN_NAME, signup::FAMILY_NAME, signup::ORGANIZATION]
            .map(|name| (name, self.form.get(name).unwrap_or_default().trim()));
        if organization.is_none() && typed[2].1.is_empty() {
            return self.sign_up(&email, Some("Enter a name for your organization."));
        }
        let given = typed.into_iter().filter(|(_, text)| !text.is_empty());
        let about = given.map(|(name, text)| (name.to_owned(), text.to_owned()));
        self.send(&email, Some(about.collect()))
    }

    async fn took_organization(&self, ticket: Ticket, id: &str) -> Result<Reply, Stop> {
        let member = {
            let state = self.app.read();
            let user = state.user_by_email(&ticket.email);
            user.is_some_and(|user| state.membership(&user.id, id).is_ok())
        };
        if !member {
            return self.email(&ticket, Some("You are not a member of this organization."));
        }
        let how = match ticket.connection_id.as_str() {
            "" => How::Mailed(mailed::about(self.app, &ticket.auth_request_id)),
            _ => How::Told,
        };
        let ticket = Ticket {
            organization_id: id.to_owned(),
            ..ticket
        };
        self.identified(ticket, how).await
    }

    fn took_account(&self, session_id: &str) -> Result<Reply, Stop> {
        let sessions = self.fitting();
        match sessions.iter().find(|row| row.session.session_id == session_id) {
            Some(row) => self.resume(row),
            None => self.email(&Ticket::default(), Some("You are no longer signed in there.")),
        }
    }

    fn allowed(&self, ticket: &Ticket) -> Result<Reply, Stop> {
        let row = {
            let state = self.app.read();
            let live = state.live_session(&self.app.ctx(), &ticket.session_id);
            live.cloned()
        };
        let Some(row) = row else {
            return self.email(ticket, Some("Your session has ended. Sign in again."));
        };
        let ticked: Vec<&str> = (self.form.0.iter())
            .filter(|(name, _)| name == "scope")
            .map(|(_, value)| value.as_str())
            .collect();
        let party = Party {
            client: &self.authorization.client,
            user_id: &row.session.user_id,
        };
        let scopes = party.allowed(&self.app.read(), &self.authorization.scopes(), &ticked);
        self.app
            .change(|state| party.remember(state, &self.app.ctx(), &scopes));
        Ok(self.granted(&row, &ticket.organization_id, &scopes))
    }
}

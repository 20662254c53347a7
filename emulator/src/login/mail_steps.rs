//! Login steps that use an email.

use super::flow::{Flow, Stop};
use super::mail::{self, Message};
use super::session::LoginMethod;
use crate::http::Response;
use crate::state::PasswordlessRow;
use crate::ticket::Ticket;

impl Flow<'_> {
    /// Sends an email with a code and a link. `fields` are the sign-up fields of a new user.
    pub(super) fn send(
        &self,
        email: &str,
        fields: Option<std::collections::BTreeMap<String, String>>,
    ) -> Result<Response, Stop> {
        let link_url = self.login_url();
        let message = Message {
            email,
            link_url: &link_url,
            fields,
        };
        let ticket = Ticket {
            email: email.to_owned(),
            ..Ticket::default()
        };
        match mail::send(self.app, message) {
            Ok(auth_request_id) => self.code(
                &Ticket {
                    auth_request_id,
                    ..ticket
                },
                None,
                false,
            ),
            Err(problem) => self.email(&ticket, Some(&problem)),
        }
    }

    pub(super) async fn submit_code(&self, ticket: Ticket) -> Result<Response, Stop> {
        let code = self.form.get("code").unwrap_or_default();
        match mail::verify_code(self.app, &ticket.auth_request_id, code) {
            Ok(row) => self.complete_by_email(row).await,
            Err(problem) => self.code(&ticket, Some(&problem), false),
        }
    }

    /// Continues with the recipient of a verified email.
    async fn complete_by_email(&self, row: PasswordlessRow) -> Result<Response, Stop> {
        let ticket = Ticket {
            email: row.email,
            auth_request_id: row.auth_request_id,
            ..Ticket::default()
        };
        self.complete(ticket, LoginMethod::Email(row.template_variables))
            .await
    }

    pub(super) fn resend(&self, ticket: Ticket) -> Result<Response, Stop> {
        match mail::resend(self.app, &ticket.auth_request_id) {
            Ok(auth_request_id) => self.code(
                &Ticket {
                    auth_request_id,
                    ..ticket
                },
                None,
                true,
            ),
            Err(problem) => self.email(&ticket, Some(&problem)),
        }
    }

    pub(super) async fn submit_link(&self, ticket: &Ticket) -> Result<Response, Stop> {
        let token = self
            .authorization
            .parameters
            .get("link_token")
            .unwrap_or_default();
        let Some(row) = mail::find_by_link(self.app, token, &self.login_url()) else {
            return self.email(ticket, Some("The link is no longer valid. Start again."));
        };
        match mail::verify_link(self.app, &row) {
            Ok(()) => self.complete_by_email(row).await,
            Err(problem) => self.email(ticket, Some(&problem)),
        }
    }
}

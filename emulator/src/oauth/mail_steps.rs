//! The steps of a login by mail.

use super::flow::{Flow, Stop};
use super::login::How;
use super::mailed::{self, Letter};
use crate::http::Reply;
use crate::pages::Ticket;
use crate::state::PasswordlessRow;

impl Flow<'_> {
    /// Sends a code and a link.
    pub(super) fn send(
        &self,
        email: &str,
        about: Option<std::collections::BTreeMap<String, String>>,
    ) -> Result<Reply, Stop> {
        let place = self.place();
        let letter = Letter {
            email,
            place: &place,
            about,
        };
        let ticket = Ticket {
            email: email.to_owned(),
            ..Ticket::default()
        };
        match mailed::send(self.app, letter) {
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

    pub(super) async fn took_code(&self, ticket: Ticket) -> Result<Reply, Stop> {
        let typed = self.form.get("code").unwrap_or_default();
        match mailed::take_code(self.app, &ticket.auth_request_id, typed) {
            Ok(row) => self.mailed(row).await,
            Err(problem) => self.code(&ticket, Some(&problem), false),
        }
    }

    /// Goes on with whoever got a mail.
    async fn mailed(&self, row: PasswordlessRow) -> Result<Reply, Stop> {
        let ticket = Ticket {
            email: row.email,
            auth_request_id: row.auth_request_id,
            ..Ticket::default()
        };
        self.identified(ticket, How::Mailed(row.template_variables)).await
    }

    pub(super) fn resend(&self, ticket: Ticket) -> Result<Reply, Stop> {
        match mailed::send_again(self.app, &ticket.auth_request_id) {
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

    pub(super) async fn took_link(&self, ticket: &Ticket) -> Result<Reply, Stop> {
        let token = self
            .authorization
            .parameters
            .get("link_token")
            .unwrap_or_default();
        let letter = mailed::letter_of(self.app, token, &self.place());
        let Some(row) = letter else {
            return self.email(ticket, Some("The link is no longer good. Begin again."));
        };
        match mailed::take_link(self.app, &row) {
            Ok(()) => self.mailed(row).await,
            Err(problem) => self.email(ticket, Some(&problem)),
        }
    }
}

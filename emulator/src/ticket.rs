//! Tickets: the state of a login in its pages.
//!
//! The emulator stores nothing between two pages of a login. Each page contains a ticket in a
//! hidden field, and its form sends the ticket back. The signature covers the browser and the
//! request, so a ticket cannot be forged, used by another site, or used in another browser.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Lifetime of a ticket, in seconds.
const LIFETIME: i64 = 15 * 60;

/// The state of a login. Empty fields are not set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Ticket {
    /// Time of issue, in seconds since the Unix epoch.
    pub(crate) issued_at: i64,
    pub(crate) email: String,
    /// The user is identified by `email`.
    pub(crate) verified: bool,
    pub(crate) connection_id: String,
    pub(crate) organization_id: String,
    /// The email with the code.
    pub(crate) auth_request_id: String,
    /// The session, once it is created.
    pub(crate) session_id: String,
}

/// The key that signs tickets. Each emulator creates its own.
pub(crate) struct TicketKey(hmac::Key);

impl Default for TicketKey {
    fn default() -> Self {
        let secret = crate::secrets::random_token("ticket");
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }
}

impl TicketKey {
    /// Returns the signed text of a ticket for one browser and one purpose.
    pub(crate) fn sign(&self, ticket: &Ticket, browser: &str, purpose: &str) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(ticket).unwrap_or_default());
        let tag = hmac::sign(&self.0, signed(&text, browser, purpose).as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Returns the ticket if the signature, the browser and the purpose match and it is not
    /// expired.
    pub(crate) fn verify(
        &self,
        text: &str,
        browser: &str,
        purpose: &str,
        now: i64,
    ) -> Option<Ticket> {
        let (text, tag) = text.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, signed(text, browser, purpose).as_bytes(), &tag).ok()?;
        let ticket: Ticket = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (ticket.issued_at..=ticket.issued_at.saturating_add(LIFETIME))
            .contains(&now)
            .then_some(ticket)
    }
}

/// Returns the text to sign. The lines are unambiguous: tickets and cookies contain no line breaks.
fn signed(text: &str, browser: &str, purpose: &str) -> String {
    format!("{text}\n{browser}\n{purpose}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_valid_for_its_browser_purpose_and_lifetime() {
        let (key, other) = (TicketKey::default(), TicketKey::default());
        let ticket = Ticket {
            issued_at: 1000,
            email: "ada@acme.com".to_owned(),
            ..Ticket::default()
        };
        let text = key.sign(&ticket, "browser", "purpose");
        assert_eq!(
            key.verify(&text, "browser", "purpose", 1000),
            Some(ticket.clone())
        );
        assert_eq!(
            key.verify(&text, "browser", "purpose", 1900),
            Some(ticket.clone())
        );
        for (key, text, browser, purpose, now) in [
            (&other, text.as_str(), "browser", "purpose", 1000),
            (&key, &text, "another", "purpose", 1000),
            (&key, &text, "browser", "another", 1000),
            (&key, &text, "browser", "purpose", 1901),
            (&key, &text, "browser", "purpose", 999),
            (&key, &text[1..], "browser", "purpose", 1000),
            (&key, &text[..text.len() - 1], "browser", "purpose", 1000),
            (&key, "", "browser", "purpose", 1000),
        ] {
            assert_eq!(
                key.verify(text, browser, purpose, now),
                None,
                "{text} {browser} {purpose} {now}"
            );
        }
    }
}

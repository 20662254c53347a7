//! What a page knows of the login that it belongs to.
//!
//! Nothing is kept between two pages of a login. A page carries a ticket, and its form brings the ticket back. It is
//! signed together with the browser and the request that it was made for, so nobody can make one up, post a form in
//! somebody else's name, or go on with a login in another browser.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// How long a page can be answered, in seconds.
const LIFETIME: i64 = 15 * 60;

/// What is known so far; empty for what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Ticket {
    /// When the page was made, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) email: String,
    /// The address has been shown to be the user's.
    pub(crate) proven: bool,
    pub(crate) connection_id: String,
    pub(crate) organization_id: String,
    /// The mail whose code is waited for.
    pub(crate) auth_request_id: String,
    /// The session that is open by now.
    pub(crate) session_id: String,
}

/// The key that tickets are signed with; a new one in each emulator.
pub(crate) struct Seal(hmac::Key);

impl Default for Seal {
    fn default() -> Self {
        let secret = crate::secrets::random_token("seal");
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }
}

impl Seal {
    /// The ticket as a form carries it, good for one browser and one purpose.
    pub(crate) fn close(&self, ticket: &Ticket, browser: &str, purpose: &str) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(ticket).unwrap_or_default());
        let tag = hmac::sign(&self.0, signed(&text, browser, purpose).as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// The ticket, if it is one of ours, for this browser and this purpose, and not too old.
    pub(crate) fn open(&self, text: &str, browser: &str, purpose: &str, now: i64) -> Option<Ticket> {
        let (text, tag) = text.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, signed(text, browser, purpose).as_bytes(), &tag).ok()?;
        let ticket: Ticket = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (ticket.at..=ticket.at.saturating_add(LIFETIME))
            .contains(&now)
            .then_some(ticket)
    }
}

/// A line each; neither a ticket nor a cookie has a line break.
fn signed(text: &str, browser: &str, purpose: &str) -> String {
    format!("{text}\n{browser}\n{purpose}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_for_its_browser_its_purpose_and_its_time() {
        let (seal, other) = (Seal::default(), Seal::default());
        let ticket = Ticket {
            at: 1000,
            email: "ada@acme.com".to_owned(),
            ..Ticket::default()
        };
        let text = seal.close(&ticket, "browser", "purpose");
        assert_eq!(seal.open(&text, "browser", "purpose", 1000), Some(ticket.clone()));
        assert_eq!(seal.open(&text, "browser", "purpose", 1900), Some(ticket.clone()));
        for (seal, text, browser, purpose, now) in [
            (&other, text.as_str(), "browser", "purpose", 1000),
            (&seal, &text, "another", "purpose", 1000),
            (&seal, &text, "browser", "another", 1000),
            (&seal, &text, "browser", "purpose", 1901),
            (&seal, &text, "browser", "purpose", 999),
            (&seal, &text[1..], "browser", "purpose", 1000),
            (&seal, &text[..text.len() - 1], "browser", "purpose", 1000),
            (&seal, "", "browser", "purpose", 1000),
        ] {
            assert_eq!(
                seal.open(text, browser, purpose, now),
                None,
                "{text} {browser} {purpose} {now}"
            );
        }
    }
}

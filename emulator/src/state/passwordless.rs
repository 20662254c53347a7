//! Passwordless logins that wait for the code or the link from their mail.

use std::collections::BTreeMap;

use scalekit::api::passwordless::{PasswordlessType, TemplateType};
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, State};

/// How long code and link are good when nobody says so, in seconds.
pub(crate) const LIFETIME: u32 = 300;

/// Requests that are kept, and for how long after they have expired, in seconds: for a day it can be said why one is
/// good for nothing, then it is unknown.
const KEPT: usize = 10_000;
const REMEMBERED: i64 = 24 * 3600;

/// A mail that was sent and what its answer must be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PasswordlessRow {
    pub(crate) auth_request_id: String,
    pub(crate) email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<TemplateType>,
    pub(crate) passwordless_type: PasswordlessType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) magiclink_auth_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    pub(crate) template_variables: BTreeMap<String, String>,
    pub(crate) expires_in: u32,
    pub(crate) expires_at: i64,
    pub(crate) code: String,
    pub(crate) link_token: String,
    /// Wrong codes so far.
    pub(crate) failures: u32,
    /// Nothing from the mail is good any more.
    pub(crate) used: bool,
}

row!(
    PasswordlessRow,
    "authentication request",
    "areq",
    auth_request_id,
    {
        fn keys(&self) -> Vec<Key> {
            keys([
                ("code", Some(self.code.as_str())),
                ("link", Some(self.link_token.as_str())),
            ])
        }

        fn complete(&mut self, ctx: &Ctx<'_>) {
            if self.expires_in == 0 {
                self.expires_in = LIFETIME;
            }
            if self.expires_at == 0 {
                self.expires_at = ctx.now.as_second() + i64::from(self.expires_in);
            }
        }
    }
);

impl State {
    /// Keeps a request, and no longer those that are long over.
    pub(crate) fn keep_passwordless(&mut self, ctx: &Ctx<'_>, row: PasswordlessRow) -> PasswordlessRow {
        let row = self.passwordless.insert(&mut self.ids, row).clone();
        let long_over = ctx.now.as_second() - REMEMBERED;
        self.passwordless
            .drop_oldest(KEPT, |row| row.expires_at <= long_over);
        row
    }
}

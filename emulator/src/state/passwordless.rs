//! Passwordless logins that wait for a code or a link.

use std::collections::BTreeMap;

use scalekit::api::raw::passwordless::{PasswordlessType, TemplateType};
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, State};

/// The default lifetime of codes and links, in seconds.
pub(crate) const LIFETIME: u32 = 300;

/// The maximum number of stored requests. The oldest are removed first.
const MAX_REQUESTS: usize = 10_000;

/// How long expired requests are stored, in seconds. While a request is stored, errors can report
/// why it is invalid.
const RETENTION_AFTER_EXPIRY: i64 = 24 * 3600;

/// A passwordless login request, with its code and link token.
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
    /// The number of wrong codes so far.
    pub(crate) failures: u32,
    /// Whether the code and the link have been used or invalidated.
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
    /// Stores a request and removes requests that expired long ago.
    pub(crate) fn store_passwordless(
        &mut self,
        ctx: &Ctx<'_>,
        row: PasswordlessRow,
    ) -> PasswordlessRow {
        let row = self.passwordless.insert(&mut self.ids, row).clone();
        let cutoff = ctx.now.as_second() - RETENTION_AFTER_EXPIRY;
        self.passwordless
            .drop_oldest(MAX_REQUESTS, |row| row.expires_at <= cutoff);
        row
    }
}

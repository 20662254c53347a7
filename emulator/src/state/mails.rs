//! Emails that the service would have sent, stored so that tests can read them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rows::row;
use super::{Ctx, State};

/// The maximum number of stored emails. The oldest are removed first.
const MAX_MAILS: usize = 1_000;

/// An email.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) to: String,
    /// The purpose of the email: `passwordless` or `invitation`.
    pub(crate) kind: String,
    pub(crate) subject: String,
    /// The one-time code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The magic link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    /// The variables of the email's template.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) time: Option<scalekit::Timestamp>,
}

row!(Mail, "mail", "mail", {});

impl State {
    /// Stores an email.
    pub(crate) fn send_mail(&mut self, ctx: &Ctx<'_>, mail: Mail) {
        let mail = Mail {
            time: ctx.stamp(),
            ..mail
        };
        self.mails.insert(&mut self.ids, mail);
        self.mails.drop_oldest(MAX_MAILS, |_| false);
    }
}

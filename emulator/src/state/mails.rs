//! Mails that the service would have sent: kept for whoever wants to look into them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rows::row;
use super::{Ctx, State};

/// Mails that are kept; the oldest go first.
const KEPT: usize = 1_000;

/// A mail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) to: String,
    /// What it is for: `passwordless` or `invitation`.
    pub(crate) kind: String,
    pub(crate) subject: String,
    /// The code to type in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The link to follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    /// What the template of the mail was given.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) time: Option<scalekit::Timestamp>,
}

row!(Mail, "mail", "mail", {});

impl State {
    /// Keeps a mail.
    pub(crate) fn send_mail(&mut self, ctx: &Ctx<'_>, mail: Mail) {
        let mail = Mail {
            time: ctx.stamp(),
            ..mail
        };
        self.mails.insert(&mut self.ids, mail);
        self.mails.drop_oldest(KEPT, |_| false);
    }
}

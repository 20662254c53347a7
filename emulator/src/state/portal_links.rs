//! The links to the admin portal.

use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, State};

/// What the path of a link begins with; the link's id follows.
pub(crate) const PORTAL: &str = "/portal/";

/// How long a link works, in seconds.
const LIFETIME: i64 = 7 * 24 * 3600;

/// Links that are kept at most; the oldest go first.
const KEPT: usize = 10_000;

/// A link to the admin portal of an organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PortalLink {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    /// Names of the features that the portal offers; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) features: Vec<String>,
    /// In seconds since 1970.
    pub(crate) expires_at: i64,
}

row!(PortalLink, "portal link", "lnk", {
    fn keys(&self) -> Vec<Key> {
        keys([("organization", Some(self.organization_id.as_str()))])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        if self.expires_at == 0 {
            self.expires_at = ctx.now.as_second() + LIFETIME;
        }
    }
});

impl State {
    /// Creates a link for an organization, which exists. Returns its id and when it expires.
    pub(crate) fn new_portal_link(
        &mut self,
        ctx: &Ctx<'_>,
        organization_id: &str,
        features: Vec<String>,
    ) -> (String, Option<scalekit::Timestamp>) {
        let link = PortalLink {
            organization_id: organization_id.to_owned(),
            features,
            expires_at: ctx.now.as_second() + LIFETIME,
            ..PortalLink::default()
        };
        let id = self.portal_links.insert(&mut self.ids, link).id.clone();
        self.portal_links.drop_oldest(KEPT, |_| false);
        (id, ctx.stamp_in(LIFETIME))
    }
}

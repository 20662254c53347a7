//! Links to the admin portal.

use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, State};

/// The path prefix of portal links. The link's id follows.
pub(crate) const PORTAL: &str = "/portal/";

/// Lifetime of a link, in seconds.
const LIFETIME: i64 = 7 * 24 * 3600;

/// The maximum number of stored links. The oldest are removed first.
const MAX_LINKS: usize = 10_000;

/// A link to the admin portal of an organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PortalLink {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    /// The features that the portal shows; empty means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) features: Vec<String>,
    /// In Unix seconds.
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
    /// Creates a link for an existing organization. Returns the link's id and expiry time.
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
        self.portal_links.drop_oldest(MAX_LINKS, |_| false);
        (id, ctx.stamp_in(LIFETIME))
    }
}

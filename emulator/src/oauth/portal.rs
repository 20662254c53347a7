//! The page behind a link to the admin portal. The emulator has no portal: the page says so, and
//! shows what the link was created for.

use http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::http::{Reply, Request};
use crate::pages;
use crate::state::PORTAL;

/// The features of the portal, by their names in the API.
const FEATURES: [(&str, &str); 2] = [
    ("sso", "Single sign-on"),
    ("dir_sync", "Directory synchronization"),
];

pub(super) fn answer(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let id = request.path.strip_prefix(PORTAL).unwrap_or_default();
    let state = app.read();
    let found = state.portal_links.get(id).and_then(|link| {
        let organization = state.organizations.get(&link.organization_id)?;
        Some((link, &organization.organization))
    });
    let Some((link, organization)) = found else {
        return refused(StatusCode::NOT_FOUND, "The link is unknown.");
    };
    if link.expires_at <= app.clock.now().as_second() {
        return refused(StatusCode::GONE, "The link has expired.");
    }
    let asked = |(name, _): &&(&str, &str)| {
        link.features.is_empty() || link.features.iter().any(|feature| feature == name)
    };
    let features: Vec<&str> = FEATURES.iter().filter(asked).map(|(_, title)| *title).collect();
    let expires = jiff::Timestamp::from_second(link.expires_at).map(|time| time.to_string());
    let context = json!({
        "organization": organization.display_name,
        "organization_id": organization.id,
        "features": features,
        "expires": expires.unwrap_or_default(),
    });
    pages::page(StatusCode::OK, "portal.html", context)
}

fn refused(status: StatusCode, problem: &str) -> anyhow::Result<Reply> {
    let text = format!("{problem} Create a new one with GeneratePortalLink.");
    pages::message(status, "This link does not work", &text, None)
}

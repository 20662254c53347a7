//! The page of a link to the admin portal. The emulator does not have a portal. The page explains
//! this and shows the organization and the features of the link.

use http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::http::{Request, Response};
use crate::pages;
use crate::state::PORTAL;

/// API names and titles of the portal's features.
const FEATURES: [(&str, &str); 2] = [
    ("sso", "Single sign-on"),
    ("dir_sync", "Directory synchronization"),
];

pub(crate) fn handle(app: &App, request: &Request) -> anyhow::Result<Response> {
    let id = request.path.strip_prefix(PORTAL).unwrap_or_default();
    let state = app.read();
    let found = state.portal_links.get(id).and_then(|link| {
        let organization = state.organizations.get(&link.organization_id)?;
        Some((link, &organization.organization))
    });
    let Some((link, organization)) = found else {
        return invalid_link(StatusCode::NOT_FOUND, "The link is unknown.");
    };
    if link.expires_at <= app.clock.now().as_second() {
        return invalid_link(StatusCode::GONE, "The link has expired.");
    }
    let is_included = |(name, _): &&(&str, &str)| {
        link.features.is_empty() || link.features.iter().any(|feature| feature == name)
    };
    let features: Vec<&str> = FEATURES
        .iter()
        .filter(is_included)
        .map(|(_, title)| *title)
        .collect();
    let expires = jiff::Timestamp::from_second(link.expires_at).map(|time| time.to_string());
    let context = json!({
        "organization": organization.display_name,
        "organization_id": organization.id,
        "features": features,
        "expires": expires.unwrap_or_default(),
    });
    pages::page(StatusCode::OK, "portal.html", context)
}

fn invalid_link(status: StatusCode, problem: &str) -> anyhow::Result<Response> {
    let text = format!("{problem} Create a new one with GeneratePortalLink.");
    pages::message(status, "This link does not work", &text, None)
}

//! Who may see the dashboard: it shows codes and links that log in as anybody, and asks for no password.

use http::Method;
use http::header::{HOST, HeaderName, ORIGIN};

use crate::app::App;
use crate::http::Request;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// # Errors
/// Why not, in words.
pub(super) fn check(app: &App, request: &Request) -> Result<(), String> {
    if !request.peer.to_canonical().is_loopback() {
        return Err("It is shown on the machine that the emulator runs on, and nowhere else.".to_owned());
    }
    app.hosts.check(request)?;
    let host = request.header(HOST).unwrap_or_default();
    let foreign = request
        .header(SITE)
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    // A link from elsewhere may lead here, but nothing from elsewhere may change anything or read along.
    let origin = request.header(ORIGIN);
    let same = |origin: &str| origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    let sent_by_us = origin.is_some_and(same) && !foreign;
    let by_another_page = origin.is_some_and(|origin| !same(origin));
    if by_another_page || (request.method == Method::POST && !sent_by_us) {
        return Err("The request was sent by another page.".to_owned());
    }
    Ok(())
}

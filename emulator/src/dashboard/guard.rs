//! Access control of the dashboard. It has no password and shows codes and links that can log in as
//! any user, so access is limited to this machine.

use http::Method;
use http::header::{HOST, HeaderName, ORIGIN};

use crate::app::App;
use crate::http::Request;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Checks that a request comes from this machine and from the dashboard itself.
///
/// # Errors
/// Returns the message for the user.
pub(super) fn check(app: &App, request: &Request) -> Result<(), String> {
    if !request.peer.to_canonical().is_loopback() {
        return Err(
            "The dashboard is only available on the machine that runs the emulator.".to_owned(),
        );
    }
    app.hosts.check(request)?;
    let host = request.header(HOST).unwrap_or_default();
    let foreign = request
        .header(SITE)
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    // Other sites may link to the dashboard, but they must not read it or post forms to it.
    let origin = request.header(ORIGIN);
    let is_same = |origin: &str| {
        origin
            .split_once("://")
            .is_some_and(|(_, rest)| rest == host)
    };
    let same_origin = origin.is_some_and(is_same) && !foreign;
    let other_origin = origin.is_some_and(|origin| !is_same(origin));
    if other_origin || (request.method == Method::POST && !same_origin) {
        return Err("The request came from another site.".to_owned());
    }
    Ok(())
}

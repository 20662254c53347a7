//! Who may see the dashboard: it shows codes and links that log in as anybody, and asks for no password.

use http::Method;
use http::header::{HOST, HeaderName, ORIGIN};
use std::net::IpAddr;

use crate::app::App;
use crate::http::Request;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// # Errors
/// Why not, in words.
pub(super) fn check(app: &App, request: &Request) -> Result<(), &'static str> {
    if !request.peer.to_canonical().is_loopback() {
        return Err("It is shown on the machine that the emulator runs on, and nowhere else.");
    }
    let host = request.header(HOST).unwrap_or_default();
    if !is_ours(app, host) {
        return Err("The address in the address bar is not one of the emulator's.");
    }
    let foreign = request
        .header(SITE)
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    // A link from elsewhere may lead here, but nothing from elsewhere may change anything or read along.
    let origin = request.header(ORIGIN);
    let same = |origin: &str| origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    let sent_by_us = origin.is_some_and(same) && !foreign;
    match (&request.method, sent_by_us) {
        (&Method::POST, false) => Err("The request was sent by another page."),
        _ if origin.is_some_and(|origin| !same(origin)) => Err("The request was sent by another page."),
        _ => Ok(()),
    }
}

/// Whether a host means this machine. A page whose name was made to mean this machine (DNS rebinding) has a name of
/// its own.
fn is_ours(app: &App, host: &str) -> bool {
    let Ok(url) = url::Url::parse(&format!("http://{host}")) else {
        return false;
    };
    let configured = url::Url::parse(&app.url).ok();
    let configured = configured.as_ref().and_then(url::Url::host_str);
    match url.host() {
        Some(url::Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || Some(name) == configured
        }
        None => false,
    }
}

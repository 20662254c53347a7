//! The hosts that the admin API and the dashboard accept.
//!
//! A web page can make its own name mean this machine (DNS rebinding), and then read all that the
//! admin API shows: mails with their codes, and secrets. The browser still sends the page's name as
//! the `Host`, so only requests for accepted hosts are served.

use std::net::IpAddr;

use http::header::HOST;
use url::{Host, Url};

use crate::http::Request;

/// The accepted hosts, besides those that always mean this machine.
#[derive(Debug)]
pub(crate) struct Hosts(Vec<Host>);

impl Hosts {
    /// Accepts the host of the environment's URL, and `allowed`, which were checked.
    pub(crate) fn new(url: &str, allowed: &[String]) -> Self {
        let own = Url::parse(url)
            .ok()
            .and_then(|url| url.host().map(|host| host.to_owned()));
        let allowed = allowed.iter().filter_map(|name| parse(name).ok());
        Self(own.into_iter().chain(allowed).collect())
    }

    /// Checks the `Host` of a request.
    ///
    /// # Errors
    /// Why the request is refused, and what to do.
    pub(crate) fn check(&self, request: &Request) -> Result<(), String> {
        let Some(given) = request.header(HOST).filter(|host| !host.is_empty()) else {
            return Err("the request has no Host header".to_owned());
        };
        match named(given) {
            Some(host) if is_loopback(&host) || self.0.contains(&host) => Ok(()),
            Some(host) => Err(format!(
                "the host {host} is not allowed: if it is a name of this emulator, start it with --allow-host {host}"
            )),
            None => Err(format!("the Host header {given:?} is not a host")),
        }
    }
}

/// Reads a host without a port. An IPv6 address may stand in brackets, as in a URL.
///
/// # Errors
/// Why `name` is not one.
pub(crate) fn parse(name: &str) -> Result<Host, String> {
    if let Ok(address) = name.parse() {
        return Ok(Host::Ipv6(address));
    }
    Host::parse(name).map_err(|error| format!("{name:?} is not a host name or an IP address: {error}"))
}

/// The host in a `Host` header, which may have a port.
fn named(header: &str) -> Option<Host> {
    if header.contains(['@', '/', '\\', '?', '#']) {
        return None;
    }
    let url = Url::parse(&format!("http://{header}")).ok()?;
    url.host().map(|host| host.to_owned())
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).to_canonical().is_loopback(),
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
    }
}

//! Allowed hosts of the admin API and the dashboard.
//!
//! With DNS rebinding, a web page can resolve its own domain to this machine and read the admin
//! API, including login codes and secrets. The browser still sends the page's domain as `Host`, so
//! requests with other hosts are rejected.

use std::net::IpAddr;

use http::header::HOST;
use url::{Host, Url};

use crate::http::Request;

/// The allowed hosts, in addition to loopback hosts.
#[derive(Debug)]
pub(crate) struct Hosts(Vec<Host>);

impl Hosts {
    /// Allows the host of the environment's URL and `allowed`. Invalid hosts are ignored.
    pub(crate) fn new(url: &str, allowed: &[String]) -> Self {
        let own = Url::parse(url)
            .ok()
            .and_then(|url| url.host().map(|host| host.to_owned()));
        let allowed = allowed.iter().filter_map(|name| parse(name).ok());
        Self(own.into_iter().chain(allowed).collect())
    }

    /// Returns `true` if the host of an `Origin` header is allowed.
    pub(crate) fn allows_origin(&self, origin: &str) -> bool {
        let url = Url::parse(origin).ok();
        let host = url.and_then(|url| url.host().map(|host| host.to_owned()));
        host.is_some_and(|host| is_loopback(&host) || self.0.contains(&host))
    }

    /// Checks the `Host` of a request.
    ///
    /// # Errors
    /// Returns a message if the host is not allowed.
    pub(crate) fn check(&self, request: &Request) -> Result<(), String> {
        let Some(header) = request.header(HOST).filter(|host| !host.is_empty()) else {
            return Err("the request has no Host header".to_owned());
        };
        match parse_header(header) {
            Some(host) if is_loopback(&host) || self.0.contains(&host) => Ok(()),
            Some(host) => Err(format!(
                "the host {host} is not allowed: to allow it, start the emulator with --allow-host {host}"
            )),
            None => Err(format!("the Host header {header:?} is invalid")),
        }
    }
}

/// Parses a host without a port. An IPv6 address may have brackets.
///
/// # Errors
/// Returns a message if `name` is not a host.
pub(crate) fn parse(name: &str) -> Result<Host, String> {
    if let Ok(address) = name.parse() {
        return Ok(Host::Ipv6(address));
    }
    Host::parse(name)
        .map_err(|error| format!("{name:?} is not a host name or an IP address: {error}"))
}

/// Parses a `Host` header, which may include a port.
fn parse_header(header: &str) -> Option<Host> {
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

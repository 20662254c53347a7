//! What an emulator is started with.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use serde::de::Error as _;
use serde_json::{Map, Value};

use crate::app::Credentials;
use crate::tls::{Identity, Tls};
use crate::{hosts, state, webhooks};

/// The client id unless another one is given.
pub const CLIENT_ID: &str = "skc_100000000000000001";

/// The client secret on a loopback address unless another one is given. It is no secret, so on other addresses a random
/// one takes its place.
pub const CLIENT_SECRET: &str = "test_emulator_secret";

/// Rows to start with, checked.
#[derive(Clone, Debug)]
pub struct Seed(pub(crate) state::Seed);

impl Seed {
    /// A small world to look around in: three organizations with domains, connections, a directory, roles, people and
    /// their sessions.
    pub fn demo() -> Self {
        let demo = serde_json::from_str(include_str!("demo.json"));
        Self(demo.unwrap_or_default())
    }

    /// The seed as JSON, which [`Self::from_json`] reads.
    ///
    /// # Errors
    /// A row that cannot be written as JSON, which none of an emulator is.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(&self.0)
    }

    /// Reads a seed: a JSON object of lists such as `organizations` and `users`, whose rows look as the API shows
    /// them.
    ///
    /// # Errors
    /// No object, an unknown list, or a field of the wrong type.
    pub fn from_json(json: Value) -> Result<Self, serde_json::Error> {
        // As a map, because serde would also read a struct from an array of its fields.
        let lists: Map<String, Value> = serde_json::from_value(json)?;
        serde_json::from_value(lists.into()).map(Self)
    }

    /// The same from text, which for many rows takes a fraction of the time and of the memory.
    ///
    /// # Errors
    /// No JSON, or one of those of [`Self::from_json`].
    pub fn from_text(text: &[u8]) -> Result<Self, serde_json::Error> {
        match text.trim_ascii_start().first() {
            Some(b'[') => Err(serde_json::Error::custom("a seed is an object of lists")),
            _ => serde_json::from_slice(text).map(Self),
        }
    }
}

/// All settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) host: IpAddr,
    /// 0 for any free port.
    pub(crate) port: u16,
    /// The URL under which clients reach the emulator, if that is not `http://host:port`, or `https://` with TLS.
    pub(crate) url: Option<String>,
    /// `None` for plain HTTP.
    pub(crate) tls: Option<Tls>,
    /// Hosts that the admin API accepts, besides those that always mean this machine.
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<String>,
    /// Logs in without showing the login page.
    pub(crate) auto_approve: bool,
    /// Where logins may lead back to; empty for anywhere.
    pub(crate) redirect_uris: Vec<String>,
    /// Checks no constraints and passes over unknown fields.
    pub(crate) lenient: bool,
    pub(crate) webhooks: Vec<String>,
    pub(crate) seeds: Vec<Seed>,
    /// Where the state is kept; without it, in memory only.
    pub(crate) data: Option<PathBuf>,
}

impl Config {
    /// # Errors
    /// What is wrong with a URL, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Some(url) = &self.url {
            webhooks::check_url(url)
                .map_err(|problem| format!("{url:?} cannot be the emulator's: {problem}"))?;
            if url.contains(['?', '#', '@']) {
                return Err(format!(
                    "{url:?} cannot be the emulator's: it is the beginning of others"
                ));
            }
        }
        for host in &self.allowed_hosts {
            hosts::parse(host)?;
        }
        for url in &self.webhooks {
            webhooks::check_url(url)
                .map_err(|problem| format!("no webhook can be sent to {url:?}: {problem}"))?;
        }
        for uri in &self.redirect_uris {
            // An application of a telephone has a scheme of its own.
            let parsed =
                url::Url::parse(uri).map_err(|error| format!("no login can lead to {uri:?}: {error}"))?;
            if parsed.fragment().is_some() {
                return Err(format!("no login can lead to {uri:?}: it has a fragment"));
            }
        }
        Ok(())
    }

    /// The certificate and key of the listener; `None` for plain HTTP.
    ///
    /// # Errors
    /// They cannot be used.
    pub(crate) fn identity(&self) -> io::Result<Option<Identity>> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let url = self.url.as_deref().and_then(|url| url::Url::parse(url).ok());
        let identity = tls.identity(self.host, url.as_ref().and_then(url::Url::host_str));
        identity
            .map(Some)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, format!("{error:#}")))
    }

    /// The environment's client: as configured, else as it was before a restart, else a new one.
    pub(crate) fn credentials(&self, before: Credentials, new_secret: &str) -> Credentials {
        let Credentials { id, secret } = before;
        let known = Some(id).filter(|id| !id.is_empty());
        let same = known.is_some()
            && self
                .client_id
                .as_ref()
                .is_none_or(|wanted| known.as_ref() == Some(wanted));
        let secret = Some(secret).filter(|_| same);
        Credentials {
            id: (self.client_id.clone().or(known)).unwrap_or_else(|| CLIENT_ID.to_owned()),
            secret: (self.client_secret.clone().or(secret)).unwrap_or_else(|| new_secret.to_owned()),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            url: None,
            tls: None,
            allowed_hosts: Vec::new(),
            client_id: None,
            client_secret: None,
            auto_approve: false,
            redirect_uris: Vec::new(),
            lenient: false,
            webhooks: Vec::new(),
            seeds: Vec::new(),
            data: None,
        }
    }
}

//! Configuration of an emulator.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::tls::{Identity, Tls};
use crate::{hosts, state, webhooks};

/// The default client id.
pub const CLIENT_ID: &str = "skc_100000000000000001";

/// The default client secret on loopback addresses. It is public, so a random secret is used on
/// other addresses.
pub const CLIENT_SECRET: &str = "test_emulator_secret";

/// Validated rows to start with.
#[derive(Clone, Debug)]
pub struct Seed(pub(crate) state::Seed);

impl Seed {
    /// Returns a small demo environment: three organizations with domains, connections, a
    /// directory, roles, users and sessions.
    pub fn demo() -> Self {
        let demo = serde_json::from_str(include_str!("demo.json"));
        Self(demo.unwrap_or_default())
    }

    /// Returns the seed as JSON, in the format that [`Self::from_json`] reads.
    ///
    /// # Errors
    /// Returns an error if a row cannot be serialized.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(&self.0)
    }

    /// Parses a seed. It is a JSON object of lists such as `organizations` and `users`. The rows
    /// have the format that the API returns.
    ///
    /// # Errors
    /// Returns an error if the value is not an object, a list is unknown or a field has the wrong
    /// type.
    pub fn from_json(json: Value) -> Result<Self, serde_json::Error> {
        // Parsed as a map first, because serde would also accept an array of the struct's fields.
        let lists: Map<String, Value> = serde_json::from_value(json)?;
        serde_json::from_value(lists.into()).map(Self)
    }

    /// Like [`Self::from_json`], but parses text. This is much faster and uses less memory for many
    /// rows.
    ///
    /// # Errors
    /// Returns an error if the text is not JSON, and in the cases of [`Self::from_json`].
    pub fn from_text(text: &[u8]) -> Result<Self, serde_json::Error> {
        match text.trim_ascii_start().first() {
            Some(b'[') => Err(serde_json::Error::custom(
                "a seed must be an object of lists",
            )),
            _ => serde_json::from_slice(text).map(Self),
        }
    }
}

/// The id and the secret of the environment's client.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The configuration of an emulator.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) host: IpAddr,
    /// The port; 0 means any free port.
    pub(crate) port: u16,
    /// The URL that clients use, if it differs from `http://host:port` (`https://` with TLS).
    pub(crate) url: Option<String>,
    /// The certificate; `None` means plain HTTP.
    pub(crate) tls: Option<Tls>,
    /// Hosts that the admin API accepts in addition to the local ones.
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<String>,
    /// Whether logins succeed without the login page.
    pub(crate) auto_approve: bool,
    /// Allowed redirect URIs; empty means all.
    pub(crate) redirect_uris: Vec<String>,
    /// Whether constraints are not checked and unknown fields are ignored.
    pub(crate) lenient: bool,
    pub(crate) webhooks: Vec<String>,
    pub(crate) seeds: Vec<Seed>,
    /// The data file; `None` means that the state is only in memory.
    pub(crate) data_file: Option<PathBuf>,
}

impl Config {
    /// # Errors
    /// Returns an error message if a URL, host or redirect URI is invalid.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Some(url) = &self.url {
            webhooks::check_url(url)
                .map_err(|problem| format!("invalid emulator URL {url:?}: {problem}"))?;
            if url.contains(['?', '#', '@']) {
                return Err(format!(
                    "invalid emulator URL {url:?}: \
                     it must not contain a query, a fragment or user information"
                ));
            }
        }
        for host in &self.allowed_hosts {
            hosts::parse(host)?;
        }
        for url in &self.webhooks {
            webhooks::check_url(url)
                .map_err(|problem| format!("invalid webhook URL {url:?}: {problem}"))?;
        }
        for uri in &self.redirect_uris {
            // Custom schemes are allowed: mobile applications use them.
            let parsed = url::Url::parse(uri)
                .map_err(|error| format!("invalid redirect URI {uri:?}: {error}"))?;
            if parsed.fragment().is_some() {
                return Err(format!(
                    "invalid redirect URI {uri:?}: it must not have a fragment"
                ));
            }
        }
        Ok(())
    }

    /// Returns the certificate and key of the listener; `None` means plain HTTP.
    ///
    /// # Errors
    /// Returns an error if they cannot be loaded or generated.
    pub(crate) fn identity(&self) -> io::Result<Option<Identity>> {
        let Some(tls) = &self.tls else {
            return Ok(None);
        };
        let url = self
            .url
            .as_deref()
            .and_then(|url| url::Url::parse(url).ok());
        let identity = tls.identity(self.host, url.as_ref().and_then(url::Url::host_str));
        identity
            .map(Some)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, format!("{error:#}")))
    }

    /// Returns the environment's client. Configured values take precedence over saved ones, then
    /// over new ones. A saved secret is only used for the saved client id.
    pub(crate) fn credentials(&self, saved: Credentials, new_secret: &str) -> Credentials {
        let Credentials { id, secret } = saved;
        let saved_id = Some(id).filter(|id| !id.is_empty());
        let is_same = saved_id.is_some()
            && self
                .client_id
                .as_ref()
                .is_none_or(|configured| saved_id.as_ref() == Some(configured));
        let secret = Some(secret).filter(|_| is_same);
        Credentials {
            id: (self.client_id.clone().or(saved_id)).unwrap_or_else(|| CLIENT_ID.to_owned()),
            secret: (self.client_secret.clone().or(secret))
                .unwrap_or_else(|| new_secret.to_owned()),
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
            data_file: None,
        }
    }
}

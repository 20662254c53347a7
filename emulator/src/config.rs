//! What an emulator is started with.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Map, Value};

use crate::state;

/// The client id unless another one is given.
pub const CLIENT_ID: &str = "skc_100000000000000001";

/// The client secret on a loopback address unless another one is given. It is no secret, so on other addresses a random
/// one takes its place.
pub const CLIENT_SECRET: &str = "test_emulator_secret";

/// Rows to start with, checked.
#[derive(Clone, Debug)]
pub struct Seed(pub(crate) state::Seed);

impl Seed {
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
}

/// All settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) host: IpAddr,
    /// 0 for any free port.
    pub(crate) port: u16,
    /// The URL under which clients reach the emulator, if that is not `http://host:port`.
    pub(crate) url: Option<String>,
    pub(crate) client_id: String,
    /// Set when the emulator starts at the latest.
    pub(crate) client_secret: Option<String>,
    /// Logs in without showing the login page.
    pub(crate) auto_approve: bool,
    /// Where logins may lead back to; empty for anywhere.
    pub(crate) redirect_uris: Vec<String>,
    /// Checks no constraints and passes over unknown fields.
    pub(crate) lenient: bool,
    pub(crate) webhooks: Vec<String>,
    pub(crate) seeds: Vec<Seed>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            url: None,
            client_id: CLIENT_ID.to_owned(),
            client_secret: None,
            auto_approve: false,
            redirect_uris: Vec::new(),
            lenient: false,
            webhooks: Vec::new(),
            seeds: Vec::new(),
        }
    }
}

//! The validated options of a client.

use std::time::Duration;

use http::HeaderValue;

use super::{EnvUrl, Trust};
use crate::observe::SharedObserver;
use crate::secret::Secret;

/// The API version that the client implements.
pub const API_VERSION: &str = "20261012";

/// Validated client options. Not `Debug`, since a proxy URL may contain a password.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) env_url: EnvUrl,
    pub(crate) client_id: String,
    /// `None` for a public client, which can log users in with PKCE but cannot call operations.
    pub(crate) client_secret: Option<Secret>,
    pub(crate) call_timeout: Duration,
    pub(crate) tool_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) trust: Trust,
    pub(crate) proxy: Option<reqwest::Proxy>,
    pub(crate) max_attempts: u32,
    pub(crate) token_leeway: Duration,
    /// The number of tokens in the signature cache.
    pub(crate) signature_cache: usize,
    pub(crate) webhook_tolerance: Duration,
    pub(crate) issuer: Option<Vec<String>>,
    pub(crate) audience: Option<Vec<String>>,
    pub(crate) keepalive: Keepalive,
    pub(crate) user_agent: HeaderValue,
    pub(crate) sdk_version: HeaderValue,
    pub(crate) observer: Option<SharedObserver>,
}

/// Probes of open connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keepalive {
    pub(crate) interval: Option<Duration>,
    pub(crate) timeout: Duration,
}

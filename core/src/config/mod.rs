//! What a client can be told when it is made.

mod builder;
mod env_url;
mod proxy;
mod trust;

use std::time::Duration;

use http::HeaderValue;

pub use builder::ClientBuilder;
pub(crate) use env_url::EnvUrl;
pub(crate) use trust::Trust;

use crate::secret::Secret;

/// The version of the service's API that this client speaks.
pub const API_VERSION: &str = "20261012";

/// A client's options, checked. No `Debug`: a proxy's shows its password.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) env_url: EnvUrl,
    pub(crate) client_id: String,
    /// `None` for a public client, which can exchange codes with PKCE but calls no operation.
    pub(crate) client_secret: Option<Secret>,
    pub(crate) call_timeout: Duration,
    pub(crate) tool_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) trust: Trust,
    pub(crate) proxy: Option<reqwest::Proxy>,
    pub(crate) max_attempts: u32,
    pub(crate) token_leeway: Duration,
    /// How many tokens are remembered as verified.
    pub(crate) signature_cache: usize,
    pub(crate) webhook_tolerance: Duration,
    pub(crate) issuer: Option<Vec<String>>,
    pub(crate) audience: Option<Vec<String>>,
    pub(crate) keepalive: Keepalive,
    pub(crate) user_agent: HeaderValue,
    pub(crate) sdk_version: HeaderValue,
}

/// How idle connections are kept alive and found dead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keepalive {
    pub(crate) interval: Option<Duration>,
    pub(crate) timeout: Duration,
}

//! Client configuration.

pub mod defaults;
#[cfg(feature = "client")]
mod env_url;
#[cfg(feature = "client")]
mod options;
#[cfg(feature = "client")]
mod proxy;
#[cfg(feature = "client")]
mod trust;
#[cfg(feature = "client")]
pub mod variables;

#[cfg(feature = "client")]
pub(crate) use {
    env_url::EnvUrl,
    options::{Config, Keepalive},
    proxy::parse_proxy,
    trust::{SSL_CERT_DIR, SSL_CERT_FILE, Trust, TrustOptions},
};

#[cfg(feature = "client")]
pub use options::API_VERSION;

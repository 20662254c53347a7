//! Options of the client's constructor.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit::{Client, Error};

use crate::guard::{self, Outcome};

/// Options of a client. The package validates their types, the core validates their values.
#[napi(object, object_to_js = false)]
pub(crate) struct ClientOptions {
    /// The environment URL.
    pub env_url: String,
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// Version of Node.
    pub node_version: String,
    /// Milliseconds.
    pub timeout_ms: Option<f64>,
    /// Milliseconds.
    pub tool_timeout_ms: Option<f64>,
    /// Milliseconds.
    pub connect_timeout_ms: Option<f64>,
    /// Milliseconds. 0 disables keepalive.
    pub keepalive_time_ms: Option<f64>,
    /// Milliseconds.
    pub keepalive_timeout_ms: Option<f64>,
    /// Maximum number of retries after the first attempt.
    pub max_retries: Option<u32>,
    /// Certificates as PEM text.
    pub ca_certificates: Option<String>,
    /// Proxy URL.
    pub proxy: Option<String>,
    /// Milliseconds.
    pub token_leeway_ms: Option<f64>,
    /// Number of tokens. 0 disables the cache.
    pub token_cache_size: Option<u32>,
    /// Milliseconds.
    pub webhook_tolerance_ms: Option<f64>,
    /// The default issuer.
    pub issuer: Option<String>,
    /// The default audience.
    pub audience: Option<Vec<String>>,
    /// Text to append to the `user-agent` header.
    pub user_agent_suffix: Option<String>,
    /// Whether `http` is allowed for all hosts.
    pub allow_insecure_http: Option<bool>,
}

/// Creates a client. Sends no request and starts no thread.
#[napi]
pub(crate) fn make_client(options: ClientOptions) -> Outcome<External<Client>> {
    guard::outcome(|| Ok(External::new(build(options)?)))
}

fn build(options: ClientOptions) -> Result<Client, Error> {
    let mut builder = Client::builder(options.env_url, options.client_id, options.client_secret)
        .host_language("node", options.node_version)
        .ca_option_name("caCertificates")
        .ca_variables(["NODE_EXTRA_CA_CERTS"])
        .dangerous_allow_http(options.allow_insecure_http.unwrap_or_default());
    if let Some(value) = options.timeout_ms {
        builder = builder.call_timeout(milliseconds("timeoutMs", value)?);
    }
    if let Some(value) = options.tool_timeout_ms {
        builder = builder.tool_timeout(milliseconds("toolTimeoutMs", value)?);
    }
    if let Some(value) = options.connect_timeout_ms {
        builder = builder.connect_timeout(milliseconds("connectTimeoutMs", value)?);
    }
    if options.keepalive_time_ms.is_some() || options.keepalive_timeout_ms.is_some() {
        // The core's setter takes both values. The defaults are the same as the core's.
        let interval = options.keepalive_time_ms.unwrap_or(60_000.0);
        let timeout = options.keepalive_timeout_ms.unwrap_or(10_000.0);
        builder = builder.keepalive(
            milliseconds("keepaliveTimeMs", interval)?,
            milliseconds("keepaliveTimeoutMs", timeout)?,
        );
    }
    if let Some(retries) = options.max_retries {
        builder = builder.max_attempts(retries.saturating_add(1));
    }
    if let Some(pem) = options.ca_certificates {
        builder = builder.ca_certificate_pem(pem);
    }
    if let Some(url) = options.proxy {
        builder = builder.proxy(url);
    }
    if let Some(value) = options.token_leeway_ms {
        builder = builder.token_leeway(milliseconds("tokenLeewayMs", value)?);
    }
    if let Some(tokens) = options.token_cache_size {
        builder = builder.signature_cache(tokens as usize);
    }
    if let Some(value) = options.webhook_tolerance_ms {
        builder = builder.webhook_tolerance(milliseconds("webhookToleranceMs", value)?);
    }
    if let Some(audience) = options.audience {
        builder = builder.audience(audience);
    }
    if let Some(issuer) = options.issuer {
        builder = builder.issuer(issuer);
    }
    if let Some(suffix) = options.user_agent_suffix {
        builder = builder.user_agent_suffix(suffix);
    }
    builder.build()
}

/// Converts JavaScript's `Date.now()` to a time. Tests can set the JavaScript clock.
pub(crate) fn clock(now: f64) -> SystemTime {
    Duration::try_from_secs_f64(now / 1000.0).map_or(UNIX_EPOCH, |since| UNIX_EPOCH + since)
}

/// Converts milliseconds to a duration. Returns an error if the value is out of range.
pub(crate) fn milliseconds(option: &str, value: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(value / 1000.0)
        .map_err(|error| Error::config(format!("{option}: {error}")))
}

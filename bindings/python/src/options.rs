//! Options of the client's constructor.

use std::time::Duration;

use pyo3::prelude::*;
use scalekit::{Client, Error};

/// Environment variables with the path of a CA, as read by `requests`, by curl and by `grpcio`.
const CA_VARIABLES: [&str; 3] = [
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
];

/// The options of a client, from a `dict`. Times are in seconds.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ClientOptions {
    env_url: String,
    client_id: String,
    client_secret: String,
    call_timeout: f64,
    tool_call_timeout: f64,
    connect_timeout: f64,
    keepalive_time: f64,
    keepalive_timeout: f64,
    max_retries: u32,
    ca_certificates: Option<Vec<u8>>,
    proxy: Option<String>,
    token_leeway: f64,
    token_cache_size: usize,
    webhook_tolerance: f64,
    issuer: Option<String>,
    audience: Option<Vec<String>>,
    user_agent_suffix: Option<String>,
    allow_insecure_http: bool,
    language_version: String,
}

impl ClientOptions {
    /// Creates the client. The core validates the options.
    pub(crate) fn build(self) -> Result<Client, Error> {
        let mut builder = Client::builder(self.env_url, self.client_id, self.client_secret)
            .call_timeout(seconds("call_timeout_s", self.call_timeout)?)
            .tool_timeout(seconds("tool_call_timeout_s", self.tool_call_timeout)?)
            .connect_timeout(seconds("connect_timeout_s", self.connect_timeout)?)
            .keepalive(
                seconds("keepalive_time_ms", self.keepalive_time)?,
                seconds("keepalive_timeout_ms", self.keepalive_timeout)?,
            )
            .token_leeway(seconds("token_leeway_s", self.token_leeway)?)
            .signature_cache(self.token_cache_size)
            .webhook_tolerance(seconds("webhook_tolerance_s", self.webhook_tolerance)?)
            .max_attempts(self.max_retries.saturating_add(1))
            .dangerous_allow_http(self.allow_insecure_http)
            .ca_option_name("ca_certificates")
            .ca_variables(CA_VARIABLES)
            .host_language("python", self.language_version);
        if let Some(pem) = self.ca_certificates {
            builder = builder.ca_certificate_pem(pem);
        }
        if let Some(url) = self.proxy {
            builder = builder.proxy(url);
        }
        if let Some(audience) = self.audience {
            builder = builder.audience(audience);
        }
        if let Some(issuer) = self.issuer {
            builder = builder.issuer(issuer);
        }
        if let Some(suffix) = self.user_agent_suffix {
            builder = builder.user_agent_suffix(suffix);
        }
        builder.build()
    }
}

/// Converts a number of seconds. Negative, infinite and too large numbers are rejected.
pub(crate) fn seconds(option: &str, value: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(value).map_err(|error| Error::config(format!("{option}: {error}")))
}

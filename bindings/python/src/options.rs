//! The constructor's options.

use std::time::Duration;

use pyo3::prelude::*;
use scalekit::{Client, Error};

use crate::client::NativeClient;
use crate::failure::OrRaise;

/// Where programs name their CA for `requests`, for tools that follow curl, and for `grpcio`.
const CA_VARIABLES: [&str; 3] = [
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
];

/// Makes a client of keyword arguments; the checks are the core's.
#[pyfunction]
#[pyo3(signature = (
    env_url, client_id, client_secret, *, call_timeout, tool_call_timeout, connect_timeout, keepalive, max_retries,
    ca_certificates, proxy, token_leeway, token_cache_size, webhook_tolerance,
    issuer, audience, user_agent_suffix, allow_insecure_http, language_version
))]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub(crate) fn make_client(
    py: Python<'_>,
    env_url: String,
    client_id: String,
    client_secret: String,
    call_timeout: f64,
    tool_call_timeout: f64,
    connect_timeout: f64,
    keepalive: (f64, f64),
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
) -> PyResult<NativeClient> {
    let made = (|| {
        let mut builder = Client::builder(env_url, client_id, client_secret)
            .call_timeout(seconds("call_timeout_s", call_timeout)?)
            .tool_timeout(seconds("tool_call_timeout_s", tool_call_timeout)?)
            .connect_timeout(seconds("connect_timeout_s", connect_timeout)?)
            .keepalive(
                seconds("keepalive_time_ms", keepalive.0)?,
                seconds("keepalive_timeout_ms", keepalive.1)?,
            )
            .token_leeway(seconds("token_leeway_s", token_leeway)?)
            .signature_cache(token_cache_size)
            .webhook_tolerance(seconds("webhook_tolerance_s", webhook_tolerance)?)
            .max_attempts(max_retries.saturating_add(1))
            .dangerous_allow_http(allow_insecure_http)
            .ca_option_name("ca_certificates")
            .ca_variables(CA_VARIABLES)
            .host_language("python", language_version);
        if let Some(pem) = ca_certificates {
            builder = builder.ca_certificate_pem(pem);
        }
        if let Some(url) = proxy {
            builder = builder.proxy(url);
        }
        if let Some(audience) = audience {
            builder = builder.audience(audience);
        }
        if let Some(issuer) = issuer {
            builder = builder.issuer(issuer);
        }
        if let Some(suffix) = user_agent_suffix {
            builder = builder.user_agent_suffix(suffix);
        }
        builder.build()
    })();
    made.map(NativeClient::of).or_raise(py)
}

/// Python's seconds; those that no clock can count are refused.
pub(crate) fn seconds(option: &str, value: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(value).map_err(|error| Error::config(format!("{option}: {error}")))
}

//! Options of the client's constructor.

use std::fmt;
use std::time::Duration;

use scalekit::{Client, ClientBuilder, Error, defaults};

/// Options of a client. The core validates their values. Times are in milliseconds.
#[derive(Clone, Default, uniffi::Record)]
pub struct ClientOptions {
    /// The environment URL. If unset, URL, id and secret are read from the environment variables.
    #[uniffi(default)]
    pub env_url: Option<String>,
    /// The client id.
    #[uniffi(default)]
    pub client_id: Option<String>,
    /// The client secret. A public client has none.
    #[uniffi(default)]
    pub client_secret: Option<String>,
    /// The language in the `user-agent` header, such as `kotlin`.
    #[uniffi(default)]
    pub language: String,
    /// Version of the language's runtime in the `user-agent` header.
    #[uniffi(default)]
    pub language_version: String,
    /// Time limit of a call, including retries and waits.
    #[uniffi(default)]
    pub call_timeout_ms: Option<f64>,
    /// Time limit of an executed tool.
    #[uniffi(default)]
    pub tool_timeout_ms: Option<f64>,
    /// Time limit of one connection attempt.
    #[uniffi(default)]
    pub connect_timeout_ms: Option<f64>,
    /// Interval of keepalive probes. 0 disables them.
    #[uniffi(default)]
    pub keepalive_interval_ms: Option<f64>,
    /// Time limit of a keepalive probe.
    #[uniffi(default)]
    pub keepalive_timeout_ms: Option<f64>,
    /// Maximum number of retries after the first attempt.
    #[uniffi(default)]
    pub max_retries: Option<u32>,
    /// Certificates as PEM text, or the path of a PEM file.
    #[uniffi(default)]
    pub ca_certificates: Option<String>,
    /// Proxy URL.
    #[uniffi(default)]
    pub proxy: Option<String>,
    /// Allowed clock difference in token validation.
    #[uniffi(default)]
    pub token_leeway_ms: Option<f64>,
    /// Size of the signature cache in tokens. 0 disables it.
    #[uniffi(default)]
    pub token_cache_size: Option<u32>,
    /// Allowed difference between a webhook's timestamp and the current time.
    #[uniffi(default)]
    pub webhook_tolerance_ms: Option<f64>,
    /// The default issuer of token validation.
    #[uniffi(default)]
    pub issuer: Option<String>,
    /// The default audiences of token validation.
    #[uniffi(default)]
    pub audience: Option<Vec<String>>,
    /// Suffix of the `user-agent` header.
    #[uniffi(default)]
    pub user_agent_suffix: Option<String>,
    /// Whether `http` is allowed for all hosts.
    #[uniffi(default)]
    pub allow_insecure_http: bool,
}

impl ClientOptions {
    /// Validates the options and creates the client of the core.
    pub(crate) fn build(self) -> Result<Client, Error> {
        let mut builder = self
            .credentials()?
            .host_language(&self.language, &self.language_version)
            .dangerous_allow_http(self.allow_insecure_http);
        builder = self.times(builder)?;
        if let Some(retries) = self.max_retries {
            builder = builder.max_attempts(retries.saturating_add(1));
        }
        builder = match self.ca_certificates {
            Some(pem) if pem.contains("-----BEGIN") => builder.ca_certificate_pem(pem),
            Some(path) => builder.ca_certificate_file(path),
            None => builder,
        };
        if let Some(url) = self.proxy {
            builder = builder.proxy(url);
        }
        if let Some(tokens) = self.token_cache_size {
            builder = builder.signature_cache(tokens as usize);
        }
        if let Some(issuer) = self.issuer {
            builder = builder.issuer(issuer);
        }
        if let Some(audience) = self.audience {
            builder = builder.audience(audience);
        }
        if let Some(suffix) = self.user_agent_suffix {
            builder = builder.user_agent_suffix(suffix);
        }
        builder.build()
    }

    fn credentials(&self) -> Result<ClientBuilder, Error> {
        let Some(env_url) = &self.env_url else {
            return ClientBuilder::from_env();
        };
        let client_id = self.client_id.as_deref().unwrap_or_default();
        Ok(match &self.client_secret {
            Some(secret) => Client::builder(env_url, client_id, secret),
            None => Client::public(env_url, client_id),
        })
    }

    fn times(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        if let Some(value) = self.call_timeout_ms {
            builder = builder.call_timeout(milliseconds("callTimeout", value)?);
        }
        if let Some(value) = self.tool_timeout_ms {
            builder = builder.tool_timeout(milliseconds("toolTimeout", value)?);
        }
        if let Some(value) = self.connect_timeout_ms {
            builder = builder.connect_timeout(milliseconds("connectTimeout", value)?);
        }
        if self.keepalive_interval_ms.is_some() || self.keepalive_timeout_ms.is_some() {
            // The core's setter takes both values.
            builder = builder.keepalive(
                milliseconds(
                    "keepaliveInterval",
                    self.keepalive_interval_ms
                        .unwrap_or(defaults::KEEPALIVE_INTERVAL.as_secs_f64() * 1000.0),
                )?,
                milliseconds(
                    "keepaliveTimeout",
                    self.keepalive_timeout_ms
                        .unwrap_or(defaults::KEEPALIVE_TIMEOUT.as_secs_f64() * 1000.0),
                )?,
            );
        }
        if let Some(value) = self.token_leeway_ms {
            builder = builder.token_leeway(milliseconds("tokenLeeway", value)?);
        }
        if let Some(value) = self.webhook_tolerance_ms {
            builder = builder.webhook_tolerance(milliseconds("webhookTolerance", value)?);
        }
        Ok(builder)
    }
}

/// Converts milliseconds to a duration. Returns an error if the value is out of range.
pub(crate) fn milliseconds(option: &str, value: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(value / 1000.0)
        .map_err(|error| Error::config(format!("{option}: {error}")))
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("env_url", &self.env_url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

//! Options of the client's constructor.

use std::{env, fmt};

use scalekit_bindings::language::{KOTLIN, SWIFT};
use scalekit_bindings::options::{Certificates, Given, Value, variables};
use scalekit_bindings::{Client, ClientOptions as Options, Error, Language, Secret};

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
        let language = if self.language == SWIFT.name {
            &SWIFT
        } else {
            &KOTLIN
        };
        let version = self.language_version.clone();
        self.options(language)?.build(language, &version)
    }

    fn options(self, language: &Language) -> Result<Options, Error> {
        let [env_url, client_id, client_secret] = match self.env_url {
            Some(env_url) => {
                let client_id = self.client_id.unwrap_or_default();
                [Some(env_url), Some(client_id), self.client_secret]
            }
            None => {
                let read = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
                variables::credentials(read)?.map(Some)
            }
        };
        let mut options = Options {
            env_url: env_url.unwrap_or_default(),
            client_id: client_id.unwrap_or_default(),
            client_secret: client_secret.map(Secret::from),
            max_retries: self.max_retries,
            ca_certificates: self.ca_certificates.map(Certificates::from),
            proxy: self.proxy,
            token_cache_size: self.token_cache_size.map(|tokens| tokens as usize),
            issuer: self.issuer,
            audience: self.audience,
            user_agent_suffix: self.user_agent_suffix,
            allow_insecure_http: self.allow_insecure_http,
            ..Options::default()
        };
        for (name, time) in [
            ("callTimeout", self.call_timeout_ms),
            ("toolTimeout", self.tool_timeout_ms),
            ("connectTimeout", self.connect_timeout_ms),
            ("keepaliveInterval", self.keepalive_interval_ms),
            ("keepaliveTimeout", self.keepalive_timeout_ms),
            ("tokenLeeway", self.token_leeway_ms),
            ("webhookTolerance", self.webhook_tolerance_ms),
        ] {
            if let Some(time) = time {
                options.set(language, name, number(time))?;
            }
        }
        Ok(options)
    }
}

/// Returns a number for the options that convert and check it.
pub(crate) fn number(number: f64) -> Given {
    Given::new(Value::Number(number), "")
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("env_url", &self.env_url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

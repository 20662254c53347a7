//! The builder of a client.

use std::env;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use http::HeaderValue;

use super::Client;
use crate::config::{Config, EnvUrl, Keepalive, TrustOptions, defaults, parse_proxy, variables};
use crate::error::{Error, Message};
use crate::observe::{Observer, SharedObserver};
use crate::secret::Secret;

/// Builder of a [`Client`]. [`build`](Self::build) validates the options.
///
/// ```
/// use std::time::Duration;
/// use scalekit::Client;
///
/// let client = Client::builder("https://acme.scalekit.com", "skc_123", "secret")
///     .call_timeout(Duration::from_secs(5))
///     .audience(["skc_123"])
///     .build()?;
/// assert_eq!(client.env_url(), "https://acme.scalekit.com");
/// # Ok::<(), scalekit::Error>(())
/// ```
#[must_use = "nothing happens before build()"]
#[derive(Clone)]
pub struct ClientBuilder {
    env_url: String,
    client_id: String,
    client_secret: Option<Secret>,
    allow_http: bool,
    call_timeout: Duration,
    tool_timeout: Duration,
    connect_timeout: Duration,
    trust: TrustOptions,
    proxy: Option<Secret>,
    max_attempts: u32,
    token_leeway: Duration,
    signature_cache: usize,
    webhook_tolerance: Duration,
    issuer: Option<Vec<String>>,
    audience: Option<Vec<String>>,
    keepalive: Keepalive,
    user_agent_suffix: String,
    host: (String, String),
    observer: Option<SharedObserver>,
}

impl ClientBuilder {
    pub(crate) fn new(env_url: String, client_id: String, client_secret: Option<Secret>) -> Self {
        Self {
            env_url,
            client_id,
            client_secret,
            allow_http: false,
            call_timeout: defaults::CALL_TIMEOUT,
            tool_timeout: defaults::TOOL_TIMEOUT,
            connect_timeout: defaults::CONNECT_TIMEOUT,
            trust: TrustOptions::new(),
            proxy: None,
            max_attempts: defaults::MAX_ATTEMPTS,
            token_leeway: defaults::TOKEN_LEEWAY,
            signature_cache: defaults::SIGNATURE_CACHE,
            webhook_tolerance: defaults::WEBHOOK_TOLERANCE,
            issuer: None,
            audience: None,
            keepalive: Keepalive {
                interval: Some(defaults::KEEPALIVE_INTERVAL),
                timeout: defaults::KEEPALIVE_TIMEOUT,
            },
            user_agent_suffix: String::new(),
            host: ("rust".to_owned(), String::new()),
            observer: default_observer(),
        }
    }

    /// Returns a builder with the values of `SCALEKIT_ENVIRONMENT_URL` (or `SCALEKIT_ENV_URL`),
    /// `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) with the name of a missing or empty
    /// variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let read = |name: &str| variable(name).filter(|value| !value.is_empty());
        let [env_url, client_id, client_secret] = variables::credentials(read)?;
        Ok(Self::new(
            env_url,
            client_id,
            Some(Secret::from(client_secret)),
        ))
    }

    /// Allows a plain `http` environment URL for hosts other than loopback. Tokens and secrets are
    /// then sent in the clear. Default: `false`.
    pub fn dangerous_allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Sets the time limit of a call, including retries and waits. Default: 20 s.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// Sets the time limit of `ToolService.ExecuteTool`. Default: 60 s.
    pub fn tool_timeout(mut self, timeout: Duration) -> Self {
        self.tool_timeout = timeout;
        self
    }

    /// Sets the time limit of one connection attempt, including TLS. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Trusts these PEM certificates in addition to the system's root certificates.
    ///
    /// Default: none. The environment variables `SSL_CERT_FILE` (a PEM file) and `SSL_CERT_DIR`
    /// (directories of PEM files) add certificates too, with or without this option. A system
    /// without root certificates uses Mozilla's, which are built in.
    pub fn ca_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust.set_pem(pem.into());
        self
    }

    /// Trusts the PEM certificates of this file in addition to the system's root certificates.
    /// [`build`](Self::build) reads the file.
    pub fn ca_certificate_file(mut self, path: impl AsRef<Path>) -> Self {
        self.trust.set_file(path.as_ref().to_owned());
        self
    }

    /// Sets further environment variables with a PEM file, or a directory of PEM files, to trust,
    /// for language bindings. `SSL_CERT_FILE` and `SSL_CERT_DIR` are always read.
    ///
    /// [`build`](Self::build) reads the variables, and the first call reads the files. An
    /// unreadable file is ignored. The error of a call with an untrusted certificate contains its
    /// name.
    #[doc(hidden)]
    pub fn ca_variables(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.trust.variables = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sends all requests through this proxy (`http://user:password@proxy:3128`). Default: the
    /// environment variables `HTTPS_PROXY` and `NO_PROXY`, except for loopback hosts.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Secret::from(url.into()));
        self
    }

    /// Sets the number of attempts per call, where retries are safe; 1 disables retries. Default:
    /// 4.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the allowed clock difference between issuer and verifier in token validation. Default:
    /// 5 s.
    pub fn token_leeway(mut self, leeway: Duration) -> Self {
        self.token_leeway = leeway;
        self
    }

    /// Sets the size of the signature cache in tokens (22 bytes each, tokens themselves are not
    /// stored); 0 disables it. Validating a cached token checks only its claims. The cache is
    /// cleared if the environment's keys change. Default: 1024. Limit: 1,048,576.
    pub fn signature_cache(mut self, tokens: usize) -> Self {
        self.signature_cache = tokens;
        self
    }

    /// Sets how far a webhook's timestamp may differ from the current time, in either direction.
    /// Default: 5 minutes.
    pub fn webhook_tolerance(mut self, tolerance: Duration) -> Self {
        self.webhook_tolerance = tolerance;
        self
    }

    /// Sets the default of [`TokenValidation::issuer`](crate::token::TokenValidation::issuer).
    /// Default: not checked.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(vec![issuer.into()]);
        self
    }

    /// Sets the default of [`TokenValidation::audience`](crate::token::TokenValidation::audience);
    /// at least one. Default: not checked.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Sets interval and timeout of keepalive probes (TCP keepalive, and PING frames over HTTP/2).
    /// An interval of zero disables them; otherwise it is at least 60 s. Default: 60 s and 10 s.
    pub fn keepalive(mut self, interval: Duration, timeout: Duration) -> Self {
        self.keepalive = Keepalive {
            interval: Some(interval).filter(|interval| !interval.is_zero()),
            timeout,
        };
        self
    }

    /// Sets a suffix of the `user-agent` header, such as `acme-portal/2.1`. Default: none.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = suffix.into();
        self
    }

    /// Sets the observer of all calls. Default: none; with the feature `tracing`,
    /// `TracingObserver`.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(SharedObserver::new(observer));
        self
    }

    /// Sets language and version in the `user-agent` header, for language bindings. Default:
    /// `rust`, without a version.
    #[doc(hidden)]
    pub fn host_language(
        mut self,
        language: impl Into<String>,
        version: impl Into<String>,
    ) -> Self {
        self.host = (language.into(), version.into());
        self
    }

    /// Validates the options and returns the client. No network, no thread, no runtime.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) with the name of the invalid option.
    pub fn build(self) -> Result<Client, Error> {
        let env_url = EnvUrl::parse(&self.env_url, self.allow_http)?;
        if self.client_id.is_empty() {
            return Err(invalid("client_id", "is empty"));
        }
        if self
            .client_secret
            .as_ref()
            .is_some_and(|secret| secret.expose().is_empty())
        {
            return Err(invalid("client_secret", "is empty"));
        }
        for (name, timeout) in [
            ("call_timeout", self.call_timeout),
            ("tool_timeout", self.tool_timeout),
            ("connect_timeout", self.connect_timeout),
            ("keepalive_timeout", self.keepalive.timeout),
        ] {
            if timeout.is_zero() {
                return Err(invalid(name, "must be more than zero"));
            }
        }
        let shortest = defaults::MIN_KEEPALIVE_INTERVAL;
        if let Some(interval) = self.keepalive.interval
            && interval < shortest
        {
            let problem = format!("must be 0 (off) or at least {shortest:?}, not {interval:?}");
            return Err(invalid("keepalive_interval", problem));
        }
        if self.signature_cache > defaults::MAX_SIGNATURE_CACHE {
            let most = defaults::MAX_SIGNATURE_CACHE;
            return Err(invalid(
                "signature_cache",
                format!("must be at most {most}"),
            ));
        }
        if self.max_attempts == 0 {
            return Err(invalid("max_attempts", "must be at least 1"));
        }
        if self.audience.as_ref().is_some_and(Vec::is_empty) {
            return Err(invalid("audience", "must have at least one value"));
        }
        let user_agent = self.user_agent()?;
        let sdk_version = format!(
            "scalekit-client-{}/{}",
            self.host.0,
            env!("CARGO_PKG_VERSION")
        );
        Ok(Client::from_config(Config {
            env_url,
            client_id: self.client_id,
            client_secret: self.client_secret,
            call_timeout: self.call_timeout,
            tool_timeout: self.tool_timeout,
            connect_timeout: self.connect_timeout,
            trust: self.trust.read(|name| env::var_os(name))?,
            proxy: self.proxy.as_ref().map(parse_proxy).transpose()?,
            max_attempts: self.max_attempts,
            token_leeway: self.token_leeway,
            signature_cache: self.signature_cache,
            webhook_tolerance: self.webhook_tolerance,
            issuer: self.issuer,
            audience: self.audience,
            keepalive: self.keepalive,
            user_agent,
            sdk_version: header("host_language", &sdk_version)?,
            observer: self.observer,
        }))
    }

    fn user_agent(&self) -> Result<HeaderValue, Error> {
        let (language, version) = &self.host;
        let host = if version.is_empty() {
            language.clone()
        } else {
            format!("{language} {version}")
        };
        let platform = format!("{} {}", env::consts::OS, env::consts::ARCH);
        let product = format!(
            "scalekit-client/{} ({host}; {platform})",
            env!("CARGO_PKG_VERSION")
        );
        let suffix = self.user_agent_suffix.trim();
        let text = if suffix.is_empty() {
            product
        } else {
            format!("{product} {suffix}")
        };
        header("user_agent_suffix", &text)
    }
}

/// A span for each call, with the feature `tracing`.
fn default_observer() -> Option<SharedObserver> {
    #[cfg(feature = "tracing")]
    return Some(SharedObserver::new(
        crate::observe::TracingObserver::default(),
    ));
    #[cfg(not(feature = "tracing"))]
    None
}

fn header(option: &'static str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| {
        invalid(
            option,
            "has characters that are not allowed in an HTTP header",
        )
    })
}

fn invalid(option: &'static str, problem: impl fmt::Display) -> Error {
    Error::config(Message::about(option).text(format_args!(" {problem}")))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("env_url", &self.env_url)
            .field("client_id", &self.client_id)
            .field("call_timeout", &self.call_timeout)
            .field("tool_timeout", &self.tool_timeout)
            .field("max_attempts", &self.max_attempts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

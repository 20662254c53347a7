//! The builder of a client.

use std::env;
use std::fmt;
use std::time::Duration;

use http::HeaderValue;

use super::proxy::parse_proxy;
use super::trust::TrustOptions;
use super::{Config, EnvUrl, Keepalive};
use crate::client::Client;
use crate::error::Error;
use crate::secret::Secret;
use crate::token::REMEMBERED_TOKENS;
use crate::webhook;

/// 16 MiB: more is a mistake, and room for it is made at once.
const MAX_REMEMBERED: usize = 1 << 20;

/// Collects the options of a [`Client`]; [`build`](Self::build) checks them.
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
    pub(super) trust: TrustOptions,
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
}

impl ClientBuilder {
    pub(crate) fn new(env_url: String, client_id: String, client_secret: Option<Secret>) -> Self {
        Self {
            env_url,
            client_id,
            client_secret,
            allow_http: false,
            call_timeout: Duration::from_secs(20),
            tool_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            trust: TrustOptions::new(),
            proxy: None,
            max_attempts: 4,
            token_leeway: Duration::from_secs(5),
            signature_cache: REMEMBERED_TOKENS,
            webhook_tolerance: webhook::TOLERANCE,
            issuer: None,
            audience: None,
            keepalive: Keepalive {
                interval: Some(Duration::from_secs(60)),
                timeout: Duration::from_secs(10),
            },
            user_agent_suffix: String::new(),
            host: ("rust".to_owned(), String::new()),
        }
    }

    /// Reads `SCALEKIT_ENVIRONMENT_URL` (or `SCALEKIT_ENV_URL`), `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), naming the variable that is missing or empty.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let read = |names: &[&str]| {
            let found = names
                .iter()
                .find_map(|name| variable(name).filter(|value| !value.is_empty()));
            found.ok_or_else(|| Error::config(format!("{} is not set in the environment", names[0])))
        };
        let env_url = read(&["SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_ENV_URL"])?;
        let client_id = read(&["SCALEKIT_CLIENT_ID"])?;
        let client_secret = Secret::from(read(&["SCALEKIT_CLIENT_SECRET"])?);
        Ok(Self::new(env_url, client_id, Some(client_secret)))
    }

    /// Permits a plain `http` environment URL with a host that is not this machine: tokens and secrets then travel
    /// unprotected. Default: refused.
    pub fn dangerous_allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// How long a call may take, all attempts and waits included. Default: 20 s.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// The same for `ToolService.ExecuteTool`. Default: 60 s.
    pub fn tool_timeout(mut self, timeout: Duration) -> Self {
        self.tool_timeout = timeout;
        self
    }

    /// How long one attempt to connect, TLS included, may take. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sends everything through this proxy (`http://user:password@proxy:3128`). Default: `HTTPS_PROXY` and `NO_PROXY`
    /// of the process, except to this machine.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Secret::from(url.into()));
        self
    }

    /// How often a call is tried in all, where trying again is safe; 1 turns retries off. Default: 4.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// How far the clocks of issuer and verifier may differ when a token's times are checked. Default: 5 s.
    pub fn token_leeway(mut self, leeway: Duration) -> Self {
        self.token_leeway = leeway;
        self
    }

    /// How many tokens whose signatures hold are remembered (20 bytes each, no token is kept), so that the same token
    /// again is checked for its claims only; 0 turns it off. Forgotten when the environment's keys change. Default:
    /// 1024.
    pub fn signature_cache(mut self, tokens: usize) -> Self {
        self.signature_cache = tokens;
        self
    }

    /// How far the timestamp of a webhook may lie from now, in either direction. Default: 5 minutes.
    pub fn webhook_tolerance(mut self, tolerance: Duration) -> Self {
        self.webhook_tolerance = tolerance;
        self
    }

    /// The issuer that tokens must name unless a validation says otherwise. Default: not checked.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(vec![issuer.into()]);
        self
    }

    /// The audiences, at least one, of which tokens must name one unless a validation says otherwise. Default: not
    /// checked.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// How often a connection is probed while a call waits on it (TCP, and PING frames over HTTP/2), and how long the
    /// other side may take to answer. An interval of zero turns probing off. Default: 60 s and 10 s.
    pub fn keepalive(mut self, interval: Duration, timeout: Duration) -> Self {
        self.keepalive = Keepalive {
            interval: Some(interval).filter(|interval| !interval.is_zero()),
            timeout,
        };
        self
    }

    /// Text after the client's own `user-agent`, such as `acme-portal/2.1`. Default: none.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = suffix.into();
        self
    }

    /// The language that the client is used from and its version, for the `user-agent`. Bindings set it. Default:
    /// `rust`, without a version.
    pub fn host_language(mut self, language: impl Into<String>, version: impl Into<String>) -> Self {
        self.host = (language.into(), version.into());
        self
    }

    /// Checks the options. No network, no thread, no runtime.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), naming the option that is wrong.
    pub fn build(self) -> Result<Client, Error> {
        let env_url = EnvUrl::parse(&self.env_url, self.allow_http)?;
        if self.client_id.is_empty() {
            return Err(Error::config("client_id is empty"));
        }
        if self
            .client_secret
            .as_ref()
            .is_some_and(|secret| secret.expose().is_empty())
        {
            return Err(Error::config("client_secret is empty"));
        }
        for (name, timeout) in [
            ("call_timeout", self.call_timeout),
            ("tool_timeout", self.tool_timeout),
            ("connect_timeout", self.connect_timeout),
            ("keepalive timeout", self.keepalive.timeout),
        ] {
            if timeout.is_zero() {
                return Err(Error::config(format!("{name} must be more than zero")));
            }
        }
        if self.signature_cache > MAX_REMEMBERED {
            return Err(Error::config(format!(
                "signature_cache must be at most {MAX_REMEMBERED}"
            )));
        }
        if self.max_attempts == 0 {
            return Err(Error::config("max_attempts must be at least 1"));
        }
        if self.audience.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::config("audience must name at least one"));
        }
        let user_agent = self.user_agent()?;
        let sdk_version = format!("scalekit-client-{}/{}", self.host.0, env!("CARGO_PKG_VERSION"));
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

fn header(option: &str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| {
        Error::config(format!(
            "{option}: it holds characters that an HTTP header cannot"
        ))
    })
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

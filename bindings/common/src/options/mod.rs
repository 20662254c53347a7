//! The options of a client, for all languages: names, types, limits, defaults and environment
//! variables.
//!
//! A language with static types fills in the fields of [`ClientOptions`]. A language with dynamic
//! types calls [`ClientOptions::set`] with the values that the user passed.

mod certificates;
mod defaults;
mod value;

use std::time::Duration;

use scalekit::oauth::Pkce;
use scalekit::{Client, Error, Secret, defaults as core_defaults};

pub use certificates::Certificates;
pub use defaults::{defaults, min_keepalive_interval};
pub use scalekit::variables;
pub use value::{Given, Value};

use crate::language::Language;
use value::{Input, Kind};

/// The limit of `max_retries`.
pub const MAX_RETRIES: u32 = 100;

/// The limit of every time: about 30 years. Adding longer times to the current time could overflow
/// the clock.
pub const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// The options of a client. `None` means the default.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// The URL of the environment.
    pub env_url: String,
    /// The client id.
    pub client_id: String,
    /// The client secret. `None` for a public client, which cannot call operations.
    pub client_secret: Option<Secret>,
    /// The time limit of a call.
    pub call_timeout: Option<Duration>,
    /// The time limit of a tool execution.
    pub tool_timeout: Option<Duration>,
    /// The time limit of one connection attempt.
    pub connect_timeout: Option<Duration>,
    /// The interval of keepalive probes; zero turns them off.
    pub keepalive_interval: Option<Duration>,
    /// The time limit of a keepalive probe.
    pub keepalive_timeout: Option<Duration>,
    /// The maximum number of retries.
    pub max_retries: Option<u32>,
    /// Certificates to trust in addition to the system's.
    pub ca_certificates: Option<Certificates>,
    /// The URL of a proxy.
    pub proxy: Option<String>,
    /// The accepted clock difference in token validation.
    pub token_leeway: Option<Duration>,
    /// The number of tokens in the signature cache; zero turns it off.
    pub token_cache_size: Option<usize>,
    /// The accepted age of a webhook.
    pub webhook_tolerance: Option<Duration>,
    /// The required issuer of tokens.
    pub issuer: Option<String>,
    /// The accepted audiences of tokens.
    pub audience: Option<Vec<String>>,
    /// Text to append to the `user-agent` header.
    pub user_agent_suffix: Option<String>,
    /// Permits plain HTTP to any host.
    pub allow_insecure_http: bool,
}

/// The names and types of the options, in the order of error messages.
const OPTIONS: [(&str, Kind); 18] = [
    ("env_url", Kind::RequiredText),
    ("client_id", Kind::RequiredText),
    ("client_secret", Kind::RequiredText),
    ("call_timeout", Kind::Time { zero: false }),
    ("tool_timeout", Kind::Time { zero: false }),
    ("connect_timeout", Kind::Time { zero: false }),
    ("keepalive_interval", Kind::Time { zero: true }),
    ("keepalive_timeout", Kind::Time { zero: false }),
    (
        "max_retries",
        Kind::Count {
            least: 0,
            most: MAX_RETRIES as usize,
        },
    ),
    ("ca_certificates", Kind::Certificates),
    ("proxy", Kind::Text),
    ("token_leeway", Kind::Time { zero: true }),
    (
        "token_cache_size",
        Kind::Count {
            least: 0,
            most: core_defaults::MAX_SIGNATURE_CACHE,
        },
    ),
    ("webhook_tolerance", Kind::Time { zero: false }),
    ("issuer", Kind::Text),
    ("audience", Kind::Texts),
    ("user_agent_suffix", Kind::Text),
    ("allow_insecure_http", Kind::Flag),
];

impl ClientOptions {
    /// Sets the option that the language calls `name` to a value of any type. The URL, id and
    /// secret come first and cannot be set again: a language may take them as arguments.
    ///
    /// # Errors
    /// There is no such option, or the value has a wrong type or is out of range.
    pub fn set(&mut self, language: &Language, name: &str, given: Given) -> Result<(), Error> {
        let mut options = OPTIONS.iter();
        let Some((field, kind)) = options.find(|(field, _)| language.calls(field, name)) else {
            return Err(unknown(language, name));
        };
        let input = input(language, field, kind, given);
        match *field {
            "env_url" if self.env_url.is_empty() => self.env_url = input.required_text()?,
            "client_id" if self.client_id.is_empty() => self.client_id = input.required_text()?,
            "client_secret" if self.client_secret.is_none() => {
                self.client_secret = Some(input.required_text()?.into());
            }
            "call_timeout" => self.call_timeout = Some(input.time()?),
            "tool_timeout" => self.tool_timeout = Some(input.time()?),
            "connect_timeout" => self.connect_timeout = Some(input.time()?),
            "keepalive_interval" => self.keepalive_interval = Some(input.time()?),
            "keepalive_timeout" => self.keepalive_timeout = Some(input.any_time()?),
            "max_retries" => self.max_retries = u32::try_from(input.count()?).ok(),
            "ca_certificates" => self.ca_certificates = input.certificates()?,
            "proxy" => self.proxy = input.text()?,
            "token_leeway" => self.token_leeway = Some(input.time()?),
            "token_cache_size" => self.token_cache_size = Some(input.count()?),
            "webhook_tolerance" => self.webhook_tolerance = Some(input.time()?),
            "issuer" => self.issuer = input.text()?,
            "audience" => self.audience = input.texts()?,
            "user_agent_suffix" => self.user_agent_suffix = input.text()?,
            "allow_insecure_http" => self.allow_insecure_http = input.flag()?,
            _ => return Err(unknown(language, name)),
        }
        Ok(())
    }

    /// Creates the client. `version` is the version of the language, for the `user-agent` header.
    ///
    /// # Errors
    /// An option is invalid.
    pub fn build(self, language: &Language, version: &str) -> Result<Client, Error> {
        self.check_limits(language)?;
        let mut builder = match self.client_secret {
            Some(secret) => Client::builder(self.env_url, self.client_id, secret.expose()),
            None => Client::public(self.env_url, self.client_id),
        };
        builder = builder
            .host_language(language.name, version)
            .ca_variables(language.ca_variables.iter().copied())
            .dangerous_allow_http(self.allow_insecure_http);
        if let Some(timeout) = self.call_timeout {
            builder = builder.call_timeout(timeout);
        }
        if let Some(timeout) = self.tool_timeout {
            builder = builder.tool_timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        let interval = self
            .keepalive_interval
            .unwrap_or(core_defaults::KEEPALIVE_INTERVAL);
        let timeout = self.keepalive_timeout.filter(|_| !interval.is_zero());
        builder = builder.keepalive(
            interval,
            timeout.unwrap_or(core_defaults::KEEPALIVE_TIMEOUT),
        );
        if let Some(retries) = self.max_retries {
            builder = builder.max_attempts(retries + 1);
        }
        if let Some(certificates) = self.ca_certificates {
            builder = builder.ca_certificate_pem(certificates.read()?);
        }
        if let Some(url) = self.proxy {
            builder = builder.proxy(url);
        }
        if let Some(leeway) = self.token_leeway {
            builder = builder.token_leeway(leeway);
        }
        if let Some(tokens) = self.token_cache_size {
            builder = builder.signature_cache(tokens);
        }
        if let Some(tolerance) = self.webhook_tolerance {
            builder = builder.webhook_tolerance(tolerance);
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

    /// Checks the limits that the core does not have, and those that a language with static types
    /// has not checked.
    fn check_limits(&self, language: &Language) -> Result<(), Error> {
        let probes_are_off = self.keepalive_interval.is_some_and(|time| time.is_zero());
        for (field, kind) in &OPTIONS {
            let time = match *field {
                "call_timeout" => self.call_timeout,
                "tool_timeout" => self.tool_timeout,
                "connect_timeout" => self.connect_timeout,
                "keepalive_interval" => self.keepalive_interval,
                // Without probes the timeout has no effect.
                "keepalive_timeout" => self.keepalive_timeout.filter(|_| !probes_are_off),
                "token_leeway" => self.token_leeway,
                "webhook_tolerance" => self.webhook_tolerance,
                _ => None,
            };
            if let Some(time) = time {
                value::check_time(language, field, kind, time)?;
            }
        }
        match self.max_retries {
            Some(retries) if retries > MAX_RETRIES => {
                let kind = &Kind::Count {
                    least: 0,
                    most: MAX_RETRIES as usize,
                };
                Err(value::mismatch(
                    language,
                    "max_retries",
                    kind,
                    &retries.to_string(),
                ))
            }
            _ => Ok(()),
        }
    }
}

/// Converts the time limit of one call.
///
/// # Errors
/// The value is not a positive number.
pub fn call_timeout(language: &Language, given: Given) -> Result<Duration, Error> {
    let kind = &Kind::Time { zero: false };
    input(language, "timeout", kind, given).time()
}

/// Converts the accepted clock difference of one validation.
///
/// # Errors
/// The value is not a number, or it is negative.
pub fn leeway(language: &Language, given: Given) -> Result<Duration, Error> {
    let kind = &Kind::Time { zero: true };
    input(language, "leeway", kind, given).time()
}

/// Converts the length of a PKCE verifier.
///
/// # Errors
/// The value is not a number in the range of RFC 7636.
pub fn pkce_length(language: &Language, given: Given) -> Result<usize, Error> {
    let (least, most) = (Pkce::MIN_LENGTH, Pkce::MAX_LENGTH);
    let kind = &Kind::Count { least, most };
    input(language, "length", kind, given).count()
}

/// Converts a required text argument.
///
/// # Errors
/// The value is empty or not a string.
pub fn required_text(
    language: &Language,
    name: &'static str,
    given: Given,
) -> Result<String, Error> {
    input(language, name, &Kind::RequiredText, given).required_text()
}

/// Converts an optional text argument.
///
/// # Errors
/// The value is not a string.
pub fn text(
    language: &Language,
    name: &'static str,
    given: Given,
) -> Result<Option<String>, Error> {
    input(language, name, &Kind::Text, given).text()
}

/// Converts an argument that is a string or a list of strings.
///
/// # Errors
/// The value has another type.
pub fn texts(
    language: &Language,
    name: &'static str,
    given: Given,
) -> Result<Option<Vec<String>>, Error> {
    input(language, name, &Kind::Texts, given).texts()
}

fn input<'a>(
    language: &'a Language,
    field: &'static str,
    kind: &'a Kind,
    given: Given,
) -> Input<'a> {
    Input {
        field,
        kind,
        language,
        given,
    }
}

fn unknown(language: &Language, name: &str) -> Error {
    let names: Vec<_> = OPTIONS[3..]
        .iter()
        .map(|(field, _)| language.spell(field))
        .collect();
    let names = names.join(", ");
    Error::config(format!("unknown option {name}; the options are {names}"))
}

#[cfg(test)]
mod tests;

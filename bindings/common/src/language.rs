//! Differences between languages: the spelling of names, units of time, words, and conventions.

use std::borrow::Cow;

use crate::urls::UrlStyle;

/// A language with a binding.
#[derive(Debug)]
pub struct Language {
    /// The name in the `user-agent` header.
    pub name: &'static str,
    /// `true` if names are in camelCase instead of snake_case.
    pub camel_case: bool,
    /// The options that are times, or that have another name than in
    /// [`ClientOptions`](crate::ClientOptions).
    pub options: &'static [OptionName],
    /// The environment variables with certificates to trust, in addition to `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR`.
    pub ca_variables: &'static [&'static str],
    /// The encoding and order of query parameters in login URLs.
    pub url_style: UrlStyle,
    /// `true` if `""`, `0` and `false` count as a missing text, for code such as
    /// `condition && value`.
    pub falsy_is_missing: bool,
    /// The words of error messages.
    pub words: Words,
}

/// The name of an option in a language.
#[derive(Debug)]
pub struct OptionName {
    /// The name of the field of [`ClientOptions`](crate::ClientOptions).
    pub field: &'static str,
    /// The name in the language.
    pub name: &'static str,
    /// The unit of a time.
    pub unit: Unit,
}

/// The unit of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The language has a type for durations.
    Duration,
    /// A number of seconds.
    Seconds,
    /// A number of milliseconds.
    Milliseconds,
    /// A whole number of milliseconds.
    WholeMilliseconds,
}

/// The types of values in error messages.
#[derive(Debug)]
pub struct Words {
    /// A string.
    pub text: &'static str,
    /// A string or a list of strings.
    pub texts: &'static str,
    /// A boolean.
    pub flag: &'static str,
    /// A number of any sign.
    pub number: &'static str,
    /// A number above zero.
    pub positive: &'static str,
    /// A whole number.
    pub whole: &'static str,
    /// Certificates.
    pub certificates: &'static str,
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Duration | Self::Seconds => "seconds",
            Self::Milliseconds | Self::WholeMilliseconds => "milliseconds",
        }
    }

    pub(crate) fn per_second(self) -> f64 {
        match self {
            Self::Duration | Self::Seconds => 1.0,
            Self::Milliseconds | Self::WholeMilliseconds => 1000.0,
        }
    }
}

const fn seconds(field: &'static str, name: &'static str) -> OptionName {
    let unit = Unit::Seconds;
    OptionName { field, name, unit }
}

const fn milliseconds(field: &'static str, name: &'static str) -> OptionName {
    let unit = Unit::Milliseconds;
    OptionName { field, name, unit }
}

const fn whole_milliseconds(field: &'static str, name: &'static str) -> OptionName {
    let unit = Unit::WholeMilliseconds;
    OptionName { field, name, unit }
}

/// Python.
pub static PYTHON: Language = Language {
    name: "python",
    camel_case: false,
    options: &[
        seconds("timeout", "timeout"),
        seconds("call_timeout", "call_timeout_s"),
        seconds("tool_timeout", "tool_call_timeout_s"),
        seconds("connect_timeout", "connect_timeout_s"),
        seconds("token_leeway", "token_leeway_s"),
        seconds("webhook_tolerance", "webhook_tolerance_s"),
        whole_milliseconds("keepalive_interval", "keepalive_time_ms"),
        whole_milliseconds("keepalive_timeout", "keepalive_timeout_ms"),
    ],
    // As read by `requests`, by curl and by `grpcio`.
    ca_variables: &[
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    ],
    url_style: UrlStyle::Plus,
    falsy_is_missing: false,
    words: Words {
        text: "a str",
        texts: "a str or a list of str",
        flag: "a bool",
        number: "a number",
        positive: "a positive number",
        whole: "a number",
        certificates: "bytes, a str or a path",
    },
};

/// Node.
pub static NODE: Language = Language {
    name: "node",
    camel_case: true,
    options: &[
        milliseconds("timeout", "timeoutMs"),
        milliseconds("call_timeout", "timeoutMs"),
        milliseconds("tool_timeout", "toolTimeoutMs"),
        milliseconds("connect_timeout", "connectTimeoutMs"),
        milliseconds("token_leeway", "tokenLeewayMs"),
        milliseconds("webhook_tolerance", "webhookToleranceMs"),
        milliseconds("keepalive_interval", "keepaliveTimeMs"),
        milliseconds("keepalive_timeout", "keepaliveTimeoutMs"),
    ],
    ca_variables: &["NODE_EXTRA_CA_CERTS"],
    url_style: UrlStyle::Percent,
    falsy_is_missing: true,
    words: Words {
        text: "a string",
        texts: "a string or an array of strings",
        flag: "true or false",
        number: "a finite number",
        positive: "a positive finite number",
        whole: "a whole number",
        certificates: "a string or a Uint8Array",
    },
};

/// Kotlin and Java.
pub static KOTLIN: Language = native("kotlin");

/// Swift.
pub static SWIFT: Language = native("swift");

/// The options of Kotlin and Swift that are times.
const NATIVE_OPTIONS: &[OptionName] = &[
    milliseconds("timeout", "timeout"),
    milliseconds("leeway", "leeway"),
    milliseconds("call_timeout", "callTimeout"),
    milliseconds("tool_timeout", "toolTimeout"),
    milliseconds("connect_timeout", "connectTimeout"),
    milliseconds("token_leeway", "tokenLeeway"),
    milliseconds("webhook_tolerance", "webhookTolerance"),
    milliseconds("keepalive_interval", "keepaliveInterval"),
    milliseconds("keepalive_timeout", "keepaliveTimeout"),
];

/// A language whose package has types for durations and passes milliseconds. Its names are the
/// names of the core in camelCase.
const fn native(name: &'static str) -> Language {
    Language {
        name,
        camel_case: true,
        options: NATIVE_OPTIONS,
        ca_variables: &[],
        url_style: UrlStyle::Plus,
        falsy_is_missing: false,
        words: Words {
            text: "a string",
            texts: "a list of strings",
            flag: "a boolean",
            number: "a finite number",
            positive: "a positive finite number",
            whole: "a number",
            certificates: "PEM text or a path",
        },
    }
}

/// All languages.
pub static LANGUAGES: [&Language; 4] = [&PYTHON, &NODE, &KOTLIN, &SWIFT];

/// The names of options in the core that differ from the fields of
/// [`ClientOptions`](crate::ClientOptions).
const CORE_NAMES: [(&str, &str); 4] = [
    ("ca_certificate_pem", "ca_certificates"),
    ("dangerous_allow_http", "allow_insecure_http"),
    ("max_attempts", "max_retries"),
    ("signature_cache", "token_cache_size"),
];

impl Language {
    /// Returns the language's name of an option or argument of the core, such as `env_url` or
    /// `organization.display_name`.
    pub fn spell<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let field = CORE_NAMES.iter().find(|(core, _)| *core == name);
        let field = field.map_or(name, |(_, field)| field);
        match self.option(field) {
            Some(option) => Cow::Borrowed(option.name),
            None if self.camel_case => Cow::Owned(camel_case(field).collect()),
            None => Cow::Borrowed(field),
        }
    }

    /// Returns `true` if `name` is the language's name of a field of the options.
    pub(crate) fn calls(&self, field: &str, name: &str) -> bool {
        match self.option(field) {
            Some(option) => option.name == name,
            None if self.camel_case => camel_case(field).eq(name.chars()),
            None => field == name,
        }
    }

    /// The unit of a time.
    pub(crate) fn unit(&self, field: &str) -> Unit {
        self.option(field)
            .map_or(Unit::Duration, |option| option.unit)
    }

    fn option(&self, field: &str) -> Option<&'static OptionName> {
        self.options.iter().find(|option| option.field == field)
    }
}

fn camel_case(name: &str) -> impl Iterator<Item = char> {
    let mut upper = false;
    name.chars().filter_map(move |letter| {
        if letter == '_' {
            upper = true;
            return None;
        }
        let upper = std::mem::take(&mut upper);
        Some(if upper {
            letter.to_ascii_uppercase()
        } else {
            letter
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kotlin_and_swift_have_the_names_of_the_core() {
        for (core, name) in [
            ("call_timeout", "callTimeout"),
            ("max_attempts", "maxRetries"),
            ("ca_certificate_pem", "caCertificates"),
        ] {
            assert_eq!(
                (KOTLIN.spell(core), SWIFT.spell(core)),
                (name.into(), name.into())
            );
        }
    }

    #[test]
    fn each_language_has_its_own_names() {
        for (core, python, node) in [
            ("env_url", "env_url", "envUrl"),
            ("call_timeout", "call_timeout_s", "timeoutMs"),
            ("keepalive_interval", "keepalive_time_ms", "keepaliveTimeMs"),
            ("max_attempts", "max_retries", "maxRetries"),
            ("signature_cache", "token_cache_size", "tokenCacheSize"),
            ("ca_certificate_pem", "ca_certificates", "caCertificates"),
            (
                "dangerous_allow_http",
                "allow_insecure_http",
                "allowInsecureHttp",
            ),
            (
                "users[3].display_name",
                "users[3].display_name",
                "users[3].displayName",
            ),
        ] {
            assert_eq!(
                (PYTHON.spell(core), NODE.spell(core)),
                (python.into(), node.into())
            );
        }
    }
}

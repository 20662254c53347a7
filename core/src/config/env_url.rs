//! The environment URL.

use url::{Host, Url};

use crate::error::{Error, Message};

/// The base URL of an environment, without a trailing slash. It may have a path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvUrl {
    base: String,
    /// The parsed URL; its path is the prefix.
    url: Url,
    plain: bool,
    loopback: bool,
}

impl EnvUrl {
    /// Parses the option `env_url`; `allow_http` permits plain HTTP to any host.
    pub(crate) fn parse(text: &str, allow_http: bool) -> Result<Self, Error> {
        // Rejected anywhere in the text: URL parsers are lenient, and messages contain the text.
        if text.contains('@') {
            let message = Message::about("env_url");
            return Err(Error::config(
                message.text(" must not contain a user name or password"),
            ));
        }
        let invalid = |why: &str| Message::about("env_url").text(format_args!(" {text:?}: {why}"));
        let reject = |why: &str| Err(Error::config(invalid(why)));
        if text.is_empty() {
            return Err(Error::config(Message::about("env_url").text(" is empty")));
        }
        if text
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
        {
            return reject("it contains white space or control characters");
        }
        if !text.contains("://") {
            return reject("a scheme is missing, such as https://");
        }
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => return reject(&error.to_string()),
        };
        let loopback = is_loopback(&url);
        let plain = match url.scheme() {
            "https" => false,
            "http" if loopback || allow_http => true,
            "http" => {
                let message = invalid("http would send secrets in the clear; use https, or set ");
                return Err(Error::config(message.name("dangerous_allow_http")));
            }
            _ => return reject("the scheme must be https"),
        };
        if url.host_str().is_none_or(str::is_empty) {
            return reject("a host is missing");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return reject("it must not have a query or fragment");
        }
        let base = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self {
            base,
            url,
            plain,
            loopback,
        })
    }

    /// The URL without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        &self.base
    }

    /// Returns the URL of a path below the base; path and query must be percent-encoded.
    pub(crate) fn below(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.url.clone();
        match url.path().trim_end_matches('/') {
            "" => url.set_path(path),
            prefix => {
                let path = [prefix, path].concat();
                url.set_path(&path);
            }
        }
        url.set_query(query);
        url
    }

    /// Returns `true` for plain HTTP.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Returns `true` if the host is a loopback address.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_appended_to_the_base() {
        for (text, url) in [
            (
                "https://acme.scalekit.com",
                "https://acme.scalekit.com/a/b%2Fc:d?e=f+g",
            ),
            (
                "http://localhost:8080/",
                "http://localhost:8080/a/b%2Fc:d?e=f+g",
            ),
            (
                "https://gateway/auth/x//",
                "https://gateway/auth/x/a/b%2Fc:d?e=f+g",
            ),
        ] {
            let env_url = EnvUrl::parse(text, false).unwrap();
            assert_eq!(env_url.below("/a/b%2Fc:d", Some("e=f+g")).as_str(), url);
            let plain = url.split('?').next().unwrap();
            assert_eq!(env_url.below("/a/b%2Fc:d", None).as_str(), plain);
        }
    }

    #[test]
    fn the_url_is_normalized() {
        for (text, base) in [
            ("https://acme.scalekit.com", "https://acme.scalekit.com"),
            ("https://acme.scalekit.com///", "https://acme.scalekit.com"),
            (
                "HTTPS://Acme.Scalekit.com:443/",
                "https://acme.scalekit.com",
            ),
            (
                "https://gateway.example.com/auth/scalekit/",
                "https://gateway.example.com/auth/scalekit",
            ),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://127.0.0.9", "http://127.0.0.9"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("http://acme.localhost", "http://acme.localhost"),
        ] {
            assert_eq!(EnvUrl::parse(text, false).unwrap().as_str(), base);
        }
        let insecure = EnvUrl::parse("http://gateway.internal", true).unwrap();
        assert!(insecure.is_plain() && !insecure.is_loopback());
    }

    #[test]
    fn credentials_are_rejected_and_not_repeated() {
        for text in [
            "https://user:passpass@host",
            "https:///user:passpass@host",
            "https:/user:passpass@host",
            "https:user:passpass@host",
            "https:\\\\user:passpass@host",
            "user:passpass@host",
            "https://me:passpass@acme.scalekit.com",
        ] {
            let error = EnvUrl::parse(text, true).unwrap_err().to_string();
            assert!(
                error.contains("must not contain") && !error.contains("passpass"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_error_contains_the_reason() {
        for (text, why) in [
            ("", "is empty"),
            ("acme.scalekit.com", "a scheme is missing"),
            ("acme.scalekit.com:443", "a scheme is missing"),
            ("ftp://acme.scalekit.com", "must be https"),
            ("http://acme.scalekit.com", "in the clear"),
            ("http://127.0.0.1.example.com", "in the clear"),
            ("https://", "empty host"),
            ("https://acme.scalekit.com/?x=1", "query or fragment"),
            ("https://acme.scalekit.com#x", "query or fragment"),
            (" https://acme.scalekit.com", "white space"),
            ("https://acme.scalekit.com\n", "white space"),
            ("https://a:99999", "port"),
        ] {
            let error = EnvUrl::parse(text, false).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_never_ends_in_a_slash(text in "(https?://)?\\PC{0,30}") {
            if let Ok(url) = EnvUrl::parse(&text, true) {
                prop_assert!(!url.as_str().ends_with('/'));
                let keys = Url::parse(&format!("{}/keys", url.as_str()));
                prop_assert!(keys.is_ok());
            }
        }
    }
}

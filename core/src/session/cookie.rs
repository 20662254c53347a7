//! Cookies of a request and of a response (RFC 6265).

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Message};

/// The cookies of a request.
///
/// ```
/// use scalekit::session::RequestCookies;
///
/// let cookies = RequestCookies::parse("theme=dark; sk_session=abc");
/// assert_eq!(cookies.get("sk_session"), Some("abc"));
/// ```
#[derive(Clone, Default)]
pub struct RequestCookies<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> RequestCookies<'a> {
    /// Parses a `Cookie` header. Parts without `=` are ignored.
    pub fn parse(header: &'a str) -> Self {
        let mut cookies = Self::default();
        cookies.extend(header);
        cookies
    }

    /// Adds the cookies of another `Cookie` header. HTTP/2 allows several (RFC 9113, section
    /// 8.2.3).
    pub fn extend(&mut self, header: &'a str) {
        let parts = header.split(';').filter_map(|part| part.split_once('='));
        let cookies =
            parts.map(|(name, value)| (name.trim().into(), value.trim().trim_matches('"').into()));
        self.0.extend(cookies);
    }

    /// The value of a cookie; the first one if the name occurs several times.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_ref())
    }

    /// The names that start with `prefix`.
    pub(super) fn names<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = &'s str> {
        self.0
            .iter()
            .map(|(name, _)| name.as_ref())
            .filter(move |name| name.starts_with(prefix))
    }
}

impl<'a, N: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>> FromIterator<(N, V)> for RequestCookies<'a> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(cookies: I) -> Self {
        let pairs = cookies.into_iter();
        Self(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// Shows the names only. The values are credentials.
impl fmt::Debug for RequestCookies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names("")).finish()
    }
}

/// The `SameSite` attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSite {
    /// Sent with requests from the same site, and when the user follows a link to it.
    #[default]
    Lax,
    /// Sent with requests from the same site only. A login callback does not receive such cookies.
    Strict,
    /// Sent with all requests. Browsers require `Secure`.
    None,
}

impl SameSite {
    /// `Lax`, `Strict` or `None`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::Strict => "Strict",
            Self::None => "None",
        }
    }
}

/// Attributes of cookies. All cookies are `HttpOnly`.
///
/// ```
/// use scalekit::session::CookieOptions;
///
/// let options = CookieOptions::new().domain("example.com");
/// assert!(options.check("__Host-session").is_err()); // allows no domain
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CookieOptions {
    /// Sends the cookie over HTTPS only. Default: `true`.
    pub secure: bool,
    /// Default: [`SameSite::Lax`].
    pub same_site: SameSite,
    /// The domain that receives the cookie with its subdomains. Default: the host only.
    pub domain: Option<String>,
    /// Default: `/`.
    pub path: String,
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self {
            secure: true,
            same_site: SameSite::Lax,
            domain: None,
            path: "/".to_owned(),
        }
    }
}

impl CookieOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends the cookie over HTTPS only, or not.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Sets the `SameSite` attribute.
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Sets the domain that receives the cookie with its subdomains.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets the path below which the cookie is sent.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Checks that browsers accept a cookie of this name with these attributes (RFC 6265, section
    /// 4.1, and RFC 6265bis, section 4.1.3).
    ///
    /// # Errors
    /// The name is not a token, an attribute contains `;` or a control character, `SameSite=None`
    /// is not `Secure`, or a prefix `__Host-` or `__Secure-` requires other attributes.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        let invalid = |option: &'static str, text: &str| {
            Err(Error::config(Message::about(option).text(text)))
        };
        if name.is_empty() || !name.bytes().all(is_token) {
            return invalid(
                "cookie_name",
                " must contain only letters, digits and !#$%&'*+-.^_`|~",
            );
        }
        let separates = |text: &str| text.contains(|c: char| c == ';' || c.is_control());
        if self.domain.as_deref().is_some_and(separates) {
            return invalid("cookie_domain", " contains \";\" or a control character");
        }
        if separates(&self.path) || !self.path.starts_with('/') {
            return invalid(
                "cookie_path",
                " must start with \"/\" and not contain \";\"",
            );
        }
        if self.same_site == SameSite::None && !self.secure {
            return invalid("cookie_secure", " must be set because SameSite is None");
        }
        let host = name.starts_with("__Host-");
        if (host || name.starts_with("__Secure-")) && !self.secure {
            return invalid(
                "cookie_secure",
                " must be set because of the name of the cookie",
            );
        }
        if host && (self.domain.is_some() || self.path != "/") {
            return invalid(
                "cookie_name",
                " must not start with \"__Host-\" if a domain or a path is set",
            );
        }
        Ok(())
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A cookie of a response. [`Display`](fmt::Display) writes the value of a `Set-Cookie` header.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCookie {
    /// The name.
    pub name: String,
    /// The value; empty if the cookie is deleted.
    pub value: String,
    /// The lifetime in seconds; 0 deletes the cookie. `None` ends with the browser.
    pub max_age: Option<u64>,
    /// The attributes.
    pub options: CookieOptions,
}

impl SetCookie {
    pub(super) fn new(name: &str, value: String, max_age: Option<u64>, to: &CookieOptions) -> Self {
        Self {
            name: name.to_owned(),
            value,
            max_age,
            options: to.clone(),
        }
    }

    /// A deletion. Browsers match name, domain and path, and reject a `__Host-` name without
    /// `Secure`, so the attributes are repeated.
    pub(super) fn deletion(name: &str, options: &CookieOptions) -> Self {
        Self::new(name, String::new(), Some(0), options)
    }
}

impl fmt::Display for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        write!(f, "{}={}; Path={}", self.name, self.value, options.path)?;
        if let Some(domain) = &options.domain {
            write!(f, "; Domain={domain}")?;
        }
        if let Some(seconds) = self.max_age {
            write!(f, "; Max-Age={seconds}")?;
        }
        f.write_str("; HttpOnly")?;
        if options.secure {
            f.write_str("; Secure")?;
        }
        write!(f, "; SameSite={}", options.same_site.as_str())
    }
}

/// Does not show the value.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("max_age", &self.max_age)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

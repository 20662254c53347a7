//! The parts of an HTTP request that decide about login and sessions.

use std::borrow::Cow;

use crate::session::RequestCookies;

/// A request to the application.
///
/// ```
/// use scalekit::web_auth::WebRequest;
///
/// let request = WebRequest::new("GET", "/orders?page=2").header("Cookie", "sk_session=…");
/// ```
#[derive(Clone, Debug, Default)]
pub struct WebRequest<'a> {
    method: &'a str,
    target: &'a str,
    pub(super) cookies: RequestCookies<'a>,
    accept: Option<&'a str>,
    origin: Option<&'a str>,
    fetch_dest: Option<&'a str>,
    fetch_mode: Option<&'a str>,
    fetch_site: Option<&'a str>,
    requested_with: Option<&'a str>,
}

impl<'a> WebRequest<'a> {
    /// Creates a request from its method, and its path with the query.
    pub fn new(method: &'a str, path_and_query: &'a str) -> Self {
        Self {
            method,
            target: path_and_query,
            ..Self::default()
        }
    }

    /// The names of the headers that are read. Pass these or all headers.
    pub const HEADERS: [&'static str; 7] = [
        "cookie",
        "accept",
        "origin",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "x-requested-with",
    ];

    /// Adds a header. Headers that have no influence are ignored.
    #[must_use]
    pub fn header(mut self, name: &str, value: &'a str) -> Self {
        let field = match name.to_ascii_lowercase().as_str() {
            "cookie" => {
                self.cookies.extend(value);
                return self;
            }
            "accept" => &mut self.accept,
            "origin" => &mut self.origin,
            "sec-fetch-dest" => &mut self.fetch_dest,
            "sec-fetch-mode" => &mut self.fetch_mode,
            "sec-fetch-site" => &mut self.fetch_site,
            "x-requested-with" => &mut self.requested_with,
            _ => return self,
        };
        *field = Some(value);
        self
    }

    /// The path with the query.
    pub(super) fn target(&self) -> &'a str {
        self.target
    }

    /// The first value of a query parameter, unless it is empty.
    pub(super) fn query(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, query) = self.target.split_once('?')?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    /// Returns `true` for `GET` and `HEAD`.
    pub(super) fn is_get(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// Returns `true` if a user navigates to a page, and `false` if a script or a page loads data.
    pub(super) fn is_navigation(&self) -> bool {
        if let Some(mode) = self.fetch_mode {
            return mode == "navigate";
        }
        let by_script = self.requested_with == Some("XMLHttpRequest");
        let accepts = |accept: &str| accept.contains("text/html") || accept.contains("*/*");
        !by_script && self.accept.is_none_or(accepts)
    }

    /// Returns `true` if a page of another site caused the request, or loads it as an image or the
    /// like. `origin` is the application's own.
    pub(super) fn is_foreign(&self, origin: &str) -> bool {
        let loaded = self.is_get() && self.fetch_dest.is_some_and(|dest| dest != "document");
        loaded
            || match (self.fetch_site, self.origin) {
                (Some(site), _) => site == "cross-site",
                (None, Some(other)) => other != origin,
                (None, None) => false,
            }
    }
}

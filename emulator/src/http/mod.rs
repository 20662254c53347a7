//! HTTP requests and responses.

mod body;
mod chunks;
mod form;

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;

pub(crate) use body::Body;
pub(crate) use chunks::Chunks;
pub(crate) use form::Pairs;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Maximum size of a request body, in bytes.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;

/// A request with its whole body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Percent-encoded path. Repeated leading slashes are removed.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) id: String,
    pub(crate) peer: IpAddr,
}

impl Request {
    pub(crate) fn query(&self) -> Pairs {
        Pairs::parse(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    pub(crate) fn form(&self) -> Pairs {
        Pairs::parse(&self.body)
    }

    /// Returns the value of a header, or `None` if it is missing or not visible ASCII.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the token of an `Authorization: Bearer` header (RFC 6750).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header(http::header::AUTHORIZATION)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// Why no route matches a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoMatch {
    /// No route has this path.
    Path,
    /// The path exists, but only with these methods.
    Method(Vec<&'static str>),
}

/// A response, before faults are applied.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Response {
    pub(crate) fn new(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            status,
            headers,
            body: Body::full(body),
        }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Body::full(Bytes::new()),
        }
    }

    /// Creates a response from serialized JSON.
    pub(crate) fn json_text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", text)
    }

    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(text) => Self::json_text(status, text),
            Err(error) => Self::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }

    pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text)
    }

    /// Creates an HTML page. It is not cached, because it may contain user input.
    pub(crate) fn html(status: StatusCode, page: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", page).header(CACHE_CONTROL, "no-store")
    }

    /// Creates a redirect to `location` with the GET method.
    pub(crate) fn redirect(location: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER)
            .header(LOCATION, location)
            .header(CACHE_CONTROL, "no-store")
    }

    /// Adds a header. Ignores a value that is not valid in a header.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }
}

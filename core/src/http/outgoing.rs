//! A request as it is sent, once or several times.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::Url;
use zeroize::Zeroizing;

use super::retry::Safety;
use crate::observe::SharedObserver;
use crate::secret::Secret;

/// The size limit of an operation's response: 64 MiB.
pub(super) const MAX_RESPONSE: usize = 64 << 20;

/// The size limit of a response of the token and key endpoints: 1 MiB.
pub(crate) const MAX_SMALL_RESPONSE: usize = 1 << 20;

/// The content type of operations.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The content type of the token endpoint.
pub(crate) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Headers that the client sets itself.
pub(crate) const RESERVED: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// A request that can be sent repeatedly.
pub(crate) struct Outgoing {
    /// The name for observers.
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) content_type: HeaderValue,
    /// Additional headers.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) safety: Safety,
    /// The size limit of the response body in bytes.
    pub(crate) max_response: usize,
    /// Secrets in this request. They are removed from errors, since a server may echo the request.
    pub(crate) secrets: Vec<Secret>,
    /// The observer of this call.
    pub(crate) observer: Option<SharedObserver>,
}

impl Outgoing {
    /// An operation's request.
    pub(crate) fn operation(
        operation: &'static str,
        method: Method,
        url: Url,
        body: Option<Bytes>,
        safety: Safety,
    ) -> Self {
        Self {
            operation,
            method,
            url,
            content_type: JSON,
            headers: HeaderMap::new(),
            body,
            safety,
            max_response: MAX_RESPONSE,
            secrets: Vec::new(),
            observer: None,
        }
    }

    /// A GET request for a public document.
    pub(crate) fn document(operation: &'static str, url: Url) -> Self {
        Self {
            max_response: MAX_SMALL_RESPONSE,
            ..Self::operation(operation, Method::GET, url, None, Safety::Idempotent)
        }
    }

    pub(super) fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        match &self.body {
            Some(body) => {
                request
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, self.content_type.clone());
                *request.body_mut() = Some(body.clone().into());
            }
            // Some proxies reject a request without a body or length (411).
            None if !matches!(self.method, Method::GET | Method::DELETE) => {
                request
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            None => {}
        }
        request
    }
}

/// Adds the headers of observers, unless the request has them or the client sets them itself.
pub(super) fn add_headers(headers: &mut HeaderMap, added: impl Iterator<Item = (String, String)>) {
    for (name, value) in added {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
            && !RESERVED.contains(&name)
            && !headers.contains_key(&name)
        {
            headers.insert(name, value);
        }
    }
}

/// Converts text to bytes that are wiped from memory when the last reference is dropped.
pub(crate) fn wiped(text: String) -> Bytes {
    Bytes::from_owner(Zeroizing::new(text.into_bytes()))
}

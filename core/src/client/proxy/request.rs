//! A request before it is sent, and the rules for its path and headers.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use url::form_urlencoded;

use super::call::{OPERATION, ProxyResponse};
use crate::Result;
use crate::client::{CallFuture, Client};
use crate::error::{Error, Message};
use crate::http::{FORM, Forwarded, JSON};

/// The path of the proxy below the environment URL.
const PREFIX: &str = "/proxy";

/// The headers that name the account.
const CONNECTION_NAME: HeaderName = HeaderName::from_static("connection_name");
const IDENTIFIER: HeaderName = HeaderName::from_static("identifier");

/// Headers that the client sets itself, and headers of one connection (RFC 9110, section 7.6.1).
const RESERVED: [&str; 16] = [
    "authorization",
    "connection",
    // Some gateways do not distinguish it from `connection_name`.
    "connection-name",
    "connection_name",
    "content-length",
    "expect",
    "host",
    "identifier",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Creates requests with the credentials of one connected account.
///
/// Created by [`Client::proxy`].
#[derive(Clone, Debug)]
pub struct AccountProxy {
    client: Client,
    connection_name: String,
    identifier: String,
}

impl Client {
    /// Returns the requests that are sent with the credentials of a connected account; see
    /// [`proxy`](crate::proxy).
    ///
    /// - `connection_name`: The name of the connection.
    /// - `identifier`: Your identifier of the owner of the account. Characters beyond ASCII are
    ///   sent as UTF-8.
    pub fn proxy(
        &self,
        connection_name: impl Into<String>,
        identifier: impl Into<String>,
    ) -> AccountProxy {
        AccountProxy {
            client: self.clone(),
            connection_name: connection_name.into(),
            identifier: identifier.into(),
        }
    }
}

impl AccountProxy {
    /// Creates a request.
    ///
    /// `path` is the path of the third-party API, with or without a leading slash. It may contain a
    /// query. It must not contain the segments `.` and `..`, nor a fragment.
    pub fn request(&self, method: Method, path: &str) -> ProxyRequest {
        let parts = self.parts(method, path);
        ProxyRequest {
            client: self.client.clone(),
            parts: parts.map_err(|error| error.with_operation(OPERATION)),
            timeout: None,
        }
    }

    /// Creates a request with a method in any letter case, for language bindings.
    #[doc(hidden)]
    pub fn request_named(&self, method: &str, path: &str) -> ProxyRequest {
        match Method::from_bytes(method.to_ascii_uppercase().as_bytes()) {
            Ok(method) => self.request(method, path),
            Err(_) => self.request(Method::GET, path).change(|_| {
                let message = Message::about("method");
                Err(Error::invalid_argument(
                    message.text(" must be an HTTP method"),
                ))
            }),
        }
    }

    /// Creates a GET request; see [`request`](Self::request).
    pub fn get(&self, path: &str) -> ProxyRequest {
        self.request(Method::GET, path)
    }

    /// Creates a POST request; see [`request`](Self::request).
    pub fn post(&self, path: &str) -> ProxyRequest {
        self.request(Method::POST, path)
    }

    /// Creates a PUT request; see [`request`](Self::request).
    pub fn put(&self, path: &str) -> ProxyRequest {
        self.request(Method::PUT, path)
    }

    /// Creates a PATCH request; see [`request`](Self::request).
    pub fn patch(&self, path: &str) -> ProxyRequest {
        self.request(Method::PATCH, path)
    }

    /// Creates a DELETE request; see [`request`](Self::request).
    pub fn delete(&self, path: &str) -> ProxyRequest {
        self.request(Method::DELETE, path)
    }

    fn parts(&self, method: Method, path: &str) -> Result<Forwarded> {
        // CONNECT would open a tunnel, and TRACE would return the token.
        if method == Method::CONNECT || method == Method::TRACE {
            let message = Message::about("method").text(format_args!(" {method} is not supported"));
            return Err(Error::invalid_argument(message));
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            CONNECTION_NAME,
            account_header("connection_name", &self.connection_name)?,
        );
        headers.insert(IDENTIFIER, account_header("identifier", &self.identifier)?);
        // The connection's default is JSON, but a third-party service may return files.
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        let (path, query) = split(path)?;
        let url = self.client.config().env_url.below(&path, query);
        Ok(Forwarded {
            method,
            url,
            headers,
            body: None,
        })
    }
}

/// Returns the path below the environment URL, and the query.
pub(super) fn split(path: &str) -> Result<(String, Option<&str>)> {
    let reject = |problem: &str| {
        Err(Error::invalid_argument(
            Message::about("path").text(format_args!(" {problem}")),
        ))
    };
    if path.is_empty() {
        return reject("must not be empty");
    }
    // URL parsers remove tabs and line breaks, which could create the segment `..`.
    if path.chars().any(char::is_control) {
        return reject("must not contain control characters");
    }
    if path.contains('#') {
        return reject("must not contain a fragment; write # as %23");
    }
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let lower = path.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return reject("must not be a URL; the connection determines the host");
    }
    // Neither this client nor a server on the way may resolve the path to another endpoint of
    // Scalekit.
    let decoded = percent_decode_str(path).collect::<Vec<u8>>();
    let mut segments = decoded.split(|byte| matches!(byte, b'/' | b'\\'));
    if segments.any(|segment| matches!(segment, b"." | b"..")) {
        return reject("must not contain the segments . and ..");
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let path = path.replace('\\', "%5C");
    Ok(([PREFIX, slash, &path].concat(), query))
}

/// Returns the value of a header that names the account.
fn account_header(name: &'static str, value: &str) -> Result<HeaderValue> {
    let reject = |problem| Error::invalid_argument(Message::about(name).text(problem));
    if value.is_empty() {
        return Err(reject(" must not be empty"));
    }
    // Servers remove this white space, so the header would name another account.
    if value.trim_matches([' ', '\t']).len() != value.len() {
        return Err(reject(" must not start or end with white space"));
    }
    HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| reject(" must not contain control characters"))
}

/// A request to the API of a third-party service. It is sent when it is awaited.
///
/// Invalid arguments fail the request with
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), and nothing is sent.
///
/// The client does not follow redirects. It sends a request again only if the request did not reach
/// the service. A GET, HEAD or OPTIONS request without a body is also sent again if the connection
/// broke before the response, and once after the status 401 if the service token is older than a
/// minute.
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone)]
pub struct ProxyRequest {
    client: Client,
    /// The request, or the error of an argument, which is returned when the request is sent.
    parts: Result<Forwarded>,
    timeout: Option<Duration>,
}

impl ProxyRequest {
    /// Adds parameters to the query.
    ///
    /// ```
    /// # async fn example(gmail: scalekit::proxy::AccountProxy) -> scalekit::Result<()> {
    /// let request = gmail.get("/messages").query([("q", "is:unread"), ("maxResults", "5")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(
        self,
        pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>,
    ) -> Self {
        self.change(|request| {
            let mut pairs = pairs.into_iter().peekable();
            if pairs.peek().is_some() {
                request.url.query_pairs_mut().extend_pairs(pairs);
            }
            Ok(())
        })
    }

    /// Adds a header, and replaces a header with the same name. Headers that name the account,
    /// `authorization`, and headers of the connection are rejected.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.change(|request| {
            let invalid = |problem| Error::invalid_argument(format!("header {name:?}: {problem}"));
            let key = HeaderName::try_from(name).map_err(|_| invalid("the name is invalid"))?;
            if RESERVED.contains(&key.as_str()) {
                return Err(invalid("the client sets this header itself"));
            }
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| invalid("the value has characters that headers cannot contain"))?;
            request.headers.insert(key, value);
            Ok(())
        })
    }

    /// Sets the body to JSON, with `content-type: application/json` unless that header is set.
    pub fn json<V: Serialize + ?Sized>(self, value: &V) -> Self {
        self.change(|request| {
            let body = serde_json::to_vec(value).map_err(|error| {
                let message = Message::about("body");
                let reason = format_args!(" cannot be encoded as JSON: {error}");
                Error::invalid_argument(message.text(reason))
            })?;
            set_body(request, body, JSON);
            Ok(())
        })
    }

    /// Sets the body to encoded JSON, for language bindings.
    #[doc(hidden)]
    pub fn json_text(self, body: Vec<u8>) -> Self {
        self.change(|request| {
            set_body(request, body, JSON);
            Ok(())
        })
    }

    /// Sets the body to an encoded form, for language bindings.
    #[doc(hidden)]
    pub fn form_text(self, body: Vec<u8>) -> Self {
        self.change(|request| {
            set_body(request, body, FORM);
            Ok(())
        })
    }

    /// Sets the body to a form, with `content-type: application/x-www-form-urlencoded` unless that
    /// header is set.
    pub fn form(self, pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Self {
        self.change(|request| {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(pairs);
            set_body(request, form.finish().into_bytes(), FORM);
            Ok(())
        })
    }

    /// Sets the body. Set its content type with [`header`](Self::header).
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.change(|request| {
            request.body = Some(body.into());
            Ok(())
        })
    }

    /// Sets the time limit of the request, including retries and the body of the response. Default:
    /// the client's time limit for tools.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Forwarded) -> Result<()>) -> Self {
        if let Ok(request) = &mut self.parts
            && let Err(error) = change(request)
        {
            self.parts = Err(error.with_operation(OPERATION));
        }
        self
    }

    async fn send(self) -> Result<ProxyResponse> {
        let request = self.parts?;
        ProxyResponse::of(&self.client, &request, self.timeout).await
    }
}

fn set_body(request: &mut Forwarded, body: Vec<u8>, content_type: HeaderValue) {
    request.body = Some(body.into());
    let headers = &mut request.headers;
    headers.entry(header::CONTENT_TYPE).or_insert(content_type);
}

impl IntoFuture for ProxyRequest {
    type Output = Result<ProxyResponse>;
    type IntoFuture = CallFuture<ProxyResponse>;

    fn into_future(self) -> CallFuture<ProxyResponse> {
        CallFuture::new(self.send())
    }
}

/// Shows only the method and the path, because queries, headers and bodies may be secret.
impl fmt::Debug for ProxyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parts {
            Ok(request) => f
                .debug_struct("ProxyRequest")
                .field("method", &request.method)
                .field("path", &request.url.path())
                .field("timeout", &self.timeout)
                .finish_non_exhaustive(),
            Err(error) => f.debug_tuple("ProxyRequest").field(error).finish(),
        }
    }
}

//! Requests to third-party services, with the credentials of a connected account.

use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use scalekit::proxy::ProxyResponse;
use scalekit::{Client, Error};
use tokio::sync::Mutex;

use crate::failure::BindingError;
use crate::process::generation;
use crate::runtime::in_background;

/// Text pairs, such as headers.
pub type Pairs = Vec<(String, String)>;

/// The connection name, the identifier, the method, the path, the query, the headers, and the body
/// with its kind: `json`, `form` or `raw`.
pub type Request<Body = Vec<u8>> = (
    String,
    String,
    String,
    String,
    Pairs,
    Pairs,
    Option<(String, Body)>,
);

/// Copies the body of a request.
pub fn owned<Body: Deref<Target = [u8]>>(request: Request<Body>) -> Request {
    let (connection_name, identifier, method, path, query, headers, body) = request;
    let body = body.map(|(kind, body)| (kind, body.to_vec()));
    (
        connection_name,
        identifier,
        method,
        path,
        query,
        headers,
        body,
    )
}

/// A response whose body is read on demand.
pub struct Streamed {
    /// The HTTP status.
    pub status: u16,
    headers: Pairs,
    /// Set if the status is not 2xx.
    failure: Option<Error>,
    /// `None` at the end of the body, and if the response is closed.
    body: Arc<Mutex<Option<ProxyResponse>>>,
    /// The process that sent the request.
    generation: u32,
}

/// Sends a request. The body of the response is returned too, unless `stream` is set. The time
/// limit includes the body.
///
/// A request with a streamed response runs on the background runtime, since the response outlives a
/// blocking call.
///
/// # Errors
/// The request is invalid, or the connection failed. A response of any status is not an error.
pub async fn send(
    client: Client,
    request: Request,
    stream: bool,
    timeout: Option<Duration>,
) -> Result<(Streamed, Option<Bytes>), BindingError> {
    if stream {
        let sent = async move { Ok(prepare(&client, request, timeout)?.await?) };
        let response = in_background(sent).await?;
        return Ok((Streamed::new(Head::of(&response), Some(response)), None));
    }
    let (head, body) = send_and_read(client, request, timeout).await?;
    Ok((Streamed::new(head, None), Some(body)))
}

/// Sends a request and reads the body of the response. The time limit includes the body.
///
/// # Errors
/// As [`send`].
pub async fn send_and_read(
    client: Client,
    request: Request,
    timeout: Option<Duration>,
) -> Result<(Head, Bytes), Error> {
    let response = prepare(&client, request, timeout)?.await?;
    let head = Head::of(&response);
    Ok((head, response.bytes().await?))
}

/// The status and the headers of a response.
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The headers with lower-case names. Values are UTF-8 or, if that is invalid, Latin-1.
    pub headers: Pairs,
    /// Set if the status is not 2xx.
    failure: Option<Error>,
}

impl Head {
    fn of(response: &ProxyResponse) -> Self {
        let text = |value: &[u8]| {
            let text = std::str::from_utf8(value).map(str::to_owned);
            // Before UTF-8, header values were Latin-1 (RFC 9110, section 5.5).
            text.unwrap_or_else(|_| value.iter().copied().map(char::from).collect())
        };
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        Self {
            status: response.status().as_u16(),
            headers: headers.collect(),
            failure: response.status_error(),
        }
    }
}

fn prepare(
    client: &Client,
    (connection_name, identifier, method, path, query, headers, body): Request,
    timeout: Option<Duration>,
) -> Result<scalekit::proxy::ProxyRequest, Error> {
    let account = client.proxy(connection_name, identifier);
    let mut request = account.request_named(&method, &path).query(query);
    for (name, value) in headers {
        request = request.header(&name, &value);
    }
    request = match body {
        Some((kind, body)) if kind == "json" => request.json_text(body),
        Some((kind, body)) if kind == "form" => request.form_text(body),
        Some((_, body)) => request.body(body),
        None => request,
    };
    Ok(match timeout {
        Some(timeout) => request.timeout(timeout),
        None => request,
    })
}

impl Streamed {
    fn new(head: Head, body: Option<ProxyResponse>) -> Self {
        Self {
            status: head.status,
            headers: head.headers,
            failure: head.failure,
            body: Arc::new(Mutex::new(body)),
            generation: generation(),
        }
    }

    /// The headers with lower-case names. Values are UTF-8 or, if that is invalid, Latin-1.
    pub fn headers(&self) -> Pairs {
        self.headers.clone()
    }

    /// Returns the error of a status that is not 2xx.
    pub fn failure(&self) -> Option<BindingError> {
        self.failure.clone().map(BindingError::from)
    }

    /// Returns the next piece of the body, or the rest if `all` is set. Empty at the end.
    /// Dropping the future cancels the transfer.
    ///
    /// # Errors
    /// The connection broke, the time limit was reached, or the rest is too large.
    pub fn read(
        &self,
        all: bool,
    ) -> impl Future<Output = Result<Bytes, BindingError>> + Send + use<> {
        let (body, generation) = (Arc::clone(&self.body), self.generation);
        async move {
            if generation != crate::process::generation() {
                let message = "the response belongs to the parent of this process";
                return Err(BindingError::internal(message));
            }
            in_background(async move {
                let mut slot = body.lock().await;
                let Some(mut response) = slot.take() else {
                    return Ok(Bytes::new());
                };
                if all {
                    return Ok(response.bytes().await?);
                }
                let chunk = response.chunk().await?;
                if chunk.is_some() {
                    *slot = Some(response);
                }
                Ok(chunk.unwrap_or_default())
            })
            .await
        }
    }

    /// Cancels the transfer, unless a thread is reading the body.
    pub fn close(&self) {
        if let Ok(mut slot) = self.body.try_lock() {
            *slot = None;
        }
    }
}

//! The call and its response.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::Result;
use crate::client::Client;
use crate::error::Error;
use crate::http::{Deadline, Forwarded, Streaming};

/// The operation in errors.
pub(super) const OPERATION: &str = "proxy";

/// The response of a third-party service, with any status.
///
/// The body is read on demand, until the time limit of the request. Dropping the response cancels
/// the transfer. The body is not decompressed: the client requests no compression.
pub struct ProxyResponse(Streaming);

impl ProxyResponse {
    pub(super) async fn of(
        client: &Client,
        request: &Forwarded,
        timeout: Option<Duration>,
    ) -> Result<Self> {
        let timeout = timeout.unwrap_or(client.config().tool_timeout);
        let deadline = Deadline::after(timeout);
        let response = client
            .pipeline()
            .forward(request, client.credentials(), deadline)
            .await;
        response.map(Self).map_err(failed)
    }

    /// The status. A response with status 3xx, 4xx or 5xx is returned like any other.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns an error if the status is not 2xx. Public for bindings.
    #[doc(hidden)]
    pub fn status_error(&self) -> Option<Error> {
        self.0.status_error().map(failed)
    }

    /// Returns the next piece of the body, or `None` at its end. Use it for large bodies: only one
    /// piece is in memory.
    ///
    /// ```
    /// # use std::io::Write;
    /// # async fn example(mut file: std::fs::File, drive: scalekit::proxy::AccountProxy)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let mut response = drive.get("/drive/v3/files/1").query([("alt", "media")]).await?;
    /// while let Some(chunk) = response.chunk().await? {
    ///     file.write_all(&chunk)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The connection broke, or the time limit of the request was reached.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.0.chunk().await.map_err(failed)
    }

    /// Returns the rest of the body.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk), and for a body of more than 64 MiB.
    pub async fn bytes(mut self) -> Result<Bytes> {
        self.0.bytes().await.map_err(failed)
    }

    /// Returns the rest of the body as UTF-8. Invalid bytes are replaced by U+FFFD.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    pub async fn text(self) -> Result<String> {
        let body = self.bytes().await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Parses the rest of the body as JSON.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and if the body is not JSON of this type.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        let status = self.status().as_u16();
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|error| {
            // The message of `error` may contain values of the response.
            let (line, column) = (error.line(), error.column());
            let message = format!(
                "the response is not JSON of the expected type: line {line}, column {column}"
            );
            failed(Error::bad_response(status, message))
        })
    }
}

fn failed(error: Error) -> Error {
    error.with_operation(OPERATION)
}

/// Shows only the status, because headers and bodies may be secret.
impl fmt::Debug for ProxyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyResponse")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

//! Calls of operations by name.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use scalekit::schema::{self, OPERATIONS, Operation};
use scalekit::{CallOptions, Client, Error};

pub use scalekit::Response;

use crate::recording::Recording;

/// The output of a successful call.
pub struct CallOutput<Body> {
    /// The response message: its protobuf bytes, or its JSON as the service sent it.
    pub message: Body,
    /// The status and headers. The body is empty.
    pub response: Response,
}

impl<Body> CallOutput<Body> {
    /// Returns the headers with lower-case names. Bytes that are not UTF-8 are replaced.
    pub fn headers(&self) -> Vec<(&str, String)> {
        headers(&self.response)
    }
}

/// Returns the headers of a response with lower-case names. Bytes that are not UTF-8 are replaced.
pub fn headers(response: &Response) -> Vec<(&str, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = response.headers.iter();
    headers
        .map(|(name, value)| (name.as_str(), text(value.as_bytes())))
        .collect()
}

/// Starts a call with the protobuf bytes of a request message. The output contains the bytes of
/// the response message. `recording` records the attempts. Needs a tokio runtime.
///
/// # Errors
/// The operation is unknown. The errors of the call are in the future.
pub fn protobuf(
    client: Client,
    operation: &str,
    request: Vec<u8>,
    timeout: Option<Duration>,
    recording: Option<Recording>,
) -> Result<impl Future<Output = Result<CallOutput<Vec<u8>>, Error>> + Send + 'static, Error> {
    let operation = find(operation)?;
    Ok(async move {
        let prepared = scalekit_wire::encode_request(operation, &request)?;
        let mut options = options(timeout);
        if let Some(recording) = recording {
            options = options.with_observer(recording);
        }
        let mut response = client.send(operation, prepared, options).await?;
        let body = std::mem::take(&mut response.body);
        let message = scalekit_wire::decode_response_async(operation, body).await?;
        Ok(CallOutput { message, response })
    })
}

/// Starts a call with a request message as a JSON object. The output contains the JSON object as
/// the service sent it. Needs a tokio runtime.
///
/// # Errors
/// The operation is unknown. The errors of the call are in the future.
pub fn json(
    client: Client,
    operation: &str,
    request: Vec<u8>,
    timeout: Option<Duration>,
) -> Result<impl Future<Output = Result<CallOutput<Bytes>, Error>> + Send + 'static + use<>, Error>
{
    let operation = find(operation)?;
    Ok(async move {
        let request = serde_json::from_slice(&request).map_err(|error| {
            Error::invalid_argument(format!("the request is not JSON: {error}"))
                .with_operation(operation.name)
        })?;
        let prepared = scalekit::request::split_json(operation, request)?;
        let mut response = client.send(operation, prepared, options(timeout)).await?;
        let message = std::mem::take(&mut response.body);
        Ok(CallOutput { message, response })
    })
}

/// The names of all operations.
pub fn operations() -> impl ExactSizeIterator<Item = &'static str> {
    OPERATIONS.iter().map(|operation| operation.name)
}

/// Returns the full name of an operation's response message.
///
/// # Errors
/// The operation is unknown.
pub fn response_type(operation: &str) -> Result<&'static str, Error> {
    find(operation).map(|operation| operation.response)
}

fn find(name: &str) -> Result<&'static Operation, Error> {
    schema::find(name)
        .ok_or_else(|| Error::invalid_argument(format!("there is no operation {name:?}")))
}

fn options(timeout: Option<Duration>) -> CallOptions {
    let mut options = CallOptions::default();
    options.timeout = timeout;
    options
}

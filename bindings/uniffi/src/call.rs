//! Calls of operations.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use scalekit_bindings::call::{self, CallOutput};
use scalekit_bindings::language::KOTLIN;
use scalekit_bindings::options::call_timeout;
use scalekit_bindings::{Client, Error};

use crate::cancellation::Cancellation;
use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::options::number;
use crate::task;

/// One call of an operation.
#[derive(Debug, uniffi::Record)]
pub struct CallRequest {
    /// The name of the operation, such as `OrganizationService.GetOrganization`.
    pub operation: String,
    /// The request as a JSON object.
    pub body: Vec<u8>,
    /// Time limit of the call in milliseconds. Default: the client's setting.
    #[uniffi(default)]
    pub timeout_ms: Option<f64>,
}

/// The response of an operation or of a third-party service.
#[derive(Debug, uniffi::Record)]
pub struct CallResponse {
    /// The body. The body of an operation is a JSON object.
    pub body: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
    /// The HTTP headers.
    pub headers: Vec<HttpHeader>,
}

/// An HTTP header.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// The name, in lower case if it is a header of a response.
    pub name: String,
    /// The value.
    pub value: String,
}

#[uniffi::export]
impl NativeClient {
    /// Calls an operation.
    ///
    /// # Errors
    /// The operation is unknown, the request does not fit its routes, the call fails, or it is
    /// cancelled.
    pub async fn call(
        &self,
        request: CallRequest,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<CallResponse, NativeError> {
        let operation = request.operation.clone();
        let call = start(self.core.clone(), request)?;
        task::run(&operation, cancellation, async move {
            Ok(response(call.await?))
        })
        .await
    }
}

/// Checks the request and returns the call.
pub(crate) fn start(
    client: Client,
    request: CallRequest,
) -> Result<impl Future<Output = Result<CallOutput<Bytes>, Error>> + Send + 'static, Error> {
    let timeout = match request.timeout_ms {
        Some(timeout) => Some(call_timeout(&KOTLIN, number(timeout))?),
        None => None,
    };
    call::json(client, &request.operation, request.body, timeout)
}

fn response(output: CallOutput<Bytes>) -> CallResponse {
    let headers = output.headers().into_iter();
    let header = |(name, value): (&str, String)| HttpHeader {
        name: name.to_owned(),
        value,
    };
    CallResponse {
        status: output.response.status.as_u16(),
        headers: headers.map(header).collect(),
        body: output.message.into(),
    }
}

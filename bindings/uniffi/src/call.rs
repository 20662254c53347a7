//! Calls of operations.

use std::sync::Arc;

use scalekit::request::split_json;
use scalekit::{CallOptions, Client, Error, schema};

use crate::cancellation::Cancellation;
use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::options::milliseconds;
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

/// The response of an operation.
#[derive(Debug, uniffi::Record)]
pub struct CallResponse {
    /// The response as a JSON object.
    pub body: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
    /// The HTTP headers. Headers with other than visible ASCII characters are left out.
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
        let client = self.core.clone();
        let operation = request.operation.clone();
        let call = async move { Ok(send(client, request).await?) };
        task::run(&operation, cancellation, call).await
    }
}

async fn send(client: Client, request: CallRequest) -> Result<CallResponse, Error> {
    let Some(operation) = schema::find(&request.operation) else {
        return Err(Error::invalid_argument(format!(
            "there is no operation {:?}",
            request.operation
        )));
    };
    let mut options = CallOptions::default();
    if let Some(timeout) = request.timeout_ms {
        options = options.with_timeout(milliseconds("timeout", timeout)?);
    }
    let json = serde_json::from_slice(&request.body).map_err(|error| {
        Error::invalid_argument(format!("the request is not valid JSON: {error}"))
            .with_operation(operation.name)
    })?;
    let response = client
        .send(operation, split_json(operation, json)?, options)
        .await?;
    let headers = response.headers.iter().filter_map(|(name, value)| {
        Some(HttpHeader {
            name: name.as_str().to_owned(),
            value: value.to_str().ok()?.to_owned(),
        })
    });
    Ok(CallResponse {
        status: response.status.as_u16(),
        headers: headers.collect(),
        body: response.body.into(),
    })
}

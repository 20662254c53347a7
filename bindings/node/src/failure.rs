//! Conversion of errors to JavaScript objects.

use napi_derive::napi;
use scalekit_bindings::language::NODE;
use scalekit_bindings::{self as bindings, BindingError};

/// An error as a JavaScript object. The package converts it to the exception class `name`.
#[napi(object, object_from_js = false)]
pub(crate) struct Failure {
    /// Name of the exception class.
    pub name: &'static str,
    pub message: String,
    pub operation: Option<&'static str>,
    pub request_id: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The HTTP status. Only for failed calls.
    pub http_status: Option<u16>,
    /// The numeric gRPC code. Only for failed calls.
    pub grpc_status: Option<i32>,
    pub error_code: Option<String>,
    /// Error details of the response, as JSON text.
    pub details: Option<String>,
    /// Messages, outermost first.
    pub causes: Vec<String>,
}

impl From<BindingError> for Failure {
    fn from(error: BindingError) -> Self {
        let failure = bindings::Failure::new(&error, &NODE);
        let details = Some(failure.details).filter(|details| !details.is_null());
        Self {
            name: failure.exception.name(),
            message: failure.message,
            operation: failure.operation,
            request_id: failure.request_id,
            retryable: failure.retryable,
            http_status: failure.status.map(|(status, _)| status),
            grpc_status: failure.status.map(|(_, code)| code.value()),
            error_code: failure.error_code,
            details: details.map(|details| details.to_string()),
            causes: failure.causes,
        }
    }
}

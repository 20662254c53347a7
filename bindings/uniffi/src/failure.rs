//! The error of every exported function.

use std::fmt;

use scalekit_bindings::exceptions::Exception;
use scalekit_bindings::language::KOTLIN;
use scalekit_bindings::{BindingError, Code, Error, Failure as Fields};

/// All fields of an error. The packages convert it to their own exception `class_name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, uniffi::Record)]
pub struct Failure {
    /// The name of the exception class.
    pub class_name: String,
    /// The message, without the operation name.
    pub text: String,
    /// The option or argument that the message names first.
    pub argument: Option<String>,
    /// The operation that failed.
    pub operation: Option<String>,
    /// The request id that the service assigned.
    pub request_id: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The HTTP status. Only for failed calls.
    pub http_status: Option<u16>,
    /// The numeric gRPC code. Only for failed calls.
    pub grpc_code: Option<i32>,
    /// The service's error code, such as `RESOURCE_NOT_FOUND`.
    pub error_code: Option<String>,
    /// Error details of the response, as JSON text.
    pub details: Option<String>,
    /// Why a token was rejected, such as `expired`.
    pub token_reason: Option<String>,
    /// The messages of the causes, outermost first.
    pub causes: Vec<String>,
}

/// The error of every exported function.
#[derive(Clone, Debug, uniffi::Error)]
pub enum NativeError {
    /// The only variant, because one record describes every error.
    Failed {
        /// All fields of the error.
        failure: Failure,
    },
}

impl NativeError {
    /// Returns all fields of the error.
    pub fn failure(&self) -> &Failure {
        let Self::Failed { failure } = self;
        failure
    }

    /// The caller cancelled the call.
    pub(crate) fn cancelled(operation: &str) -> Self {
        Self::Failed {
            failure: Failure {
                class_name: Exception::Cancelled.name().to_owned(),
                text: "the call was cancelled".to_owned(),
                operation: Some(operation.to_owned()),
                http_status: Some(Code::Cancelled.http_status()),
                grpc_code: Some(Code::Cancelled.value()),
                ..Failure::default()
            },
        }
    }
}

impl From<BindingError> for NativeError {
    fn from(error: BindingError) -> Self {
        // Kotlin and Swift spell all names alike.
        let fields = Fields::new(&error, &KOTLIN);
        let details = Some(fields.details).filter(|details| !details.is_null());
        Self::Failed {
            failure: Failure {
                class_name: fields.exception.name().to_owned(),
                text: fields.message,
                argument: fields.argument,
                operation: fields.operation.map(str::to_owned),
                request_id: fields.request_id,
                retryable: fields.retryable,
                http_status: fields.status.map(|(status, _)| status),
                grpc_code: fields.status.map(|(_, code)| code.value()),
                error_code: fields.error_code,
                details: details.map(|details| details.to_string()),
                token_reason: fields.token_reason.map(str::to_owned),
                causes: fields.causes,
            },
        }
    }
}

impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        BindingError::from(error).into()
    }
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.failure().text)
    }
}

impl std::error::Error for NativeError {}

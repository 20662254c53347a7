//! The error of every exported function.

use std::any::Any;
use std::error::Error as _;
use std::fmt;
use std::iter::successors;

use scalekit::{Code, Error};
use scalekit_bindings::exceptions::Exception;

/// All fields of an error. The packages convert it to their own exception `class_name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct Failure {
    /// The name of the exception class.
    pub class_name: String,
    /// The message, without the operation name.
    pub text: String,
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

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Failed {
            failure: Failure {
                class_name: Exception::Scalekit.name().to_owned(),
                text: message.into(),
                ..Failure::default()
            },
        }
    }

    /// Converts the payload of a panic to an error.
    pub(crate) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::internal(format!("internal error, please report it: {text}"))
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

impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        let details = Some(error.details()).filter(|details| !details.is_null());
        Self::Failed {
            failure: Failure {
                class_name: Exception::of(&error).name().to_owned(),
                text: error.message().to_owned(),
                operation: error.operation().map(str::to_owned),
                request_id: error.request_id().map(str::to_owned),
                retryable: error.retryable(),
                http_status: error.http_status(),
                grpc_code: error.grpc_code().map(|code| code.value()),
                error_code: error.error_code().map(str::to_owned),
                details: details.map(ToString::to_string),
                token_reason: error.token_error().map(|reason| reason.reason().to_owned()),
                causes: successors(error.source(), |&error| error.source())
                    .map(ToString::to_string)
                    .collect(),
            },
        }
    }
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.failure().text)
    }
}

impl std::error::Error for NativeError {}

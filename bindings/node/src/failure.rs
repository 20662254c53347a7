//! Conversion of errors to JavaScript objects.

use std::any::Any;
use std::error::Error as _;
use std::iter::successors;

use napi_derive::napi;
use scalekit::{Error, ErrorKind};

/// An error as a JavaScript object. The package converts it to the exception class `name`.
#[napi(object, object_from_js = false)]
pub(crate) struct Failure {
    /// Name of the exception class.
    pub name: &'static str,
    /// The message.
    pub message: String,
    /// The operation that failed.
    pub operation: Option<&'static str>,
    /// The request id that the service assigned.
    pub request_id: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The HTTP status. Only for failed calls.
    pub http_status: Option<u16>,
    /// The numeric gRPC code. Only for failed calls.
    pub grpc_status: Option<i32>,
    /// The service's error code.
    pub error_code: Option<String>,
    /// Error details of the response, as JSON text.
    pub details: Option<String>,
    /// The messages of the causes, outermost first.
    pub causes: Vec<String>,
}

/// An error of the addon, before its conversion to a [`Failure`].
pub(crate) enum AddonError {
    /// An error of the core.
    Core(Error),
    /// An internal error, such as a panic or a failure to start threads.
    Internal(String),
}

impl AddonError {
    pub(crate) fn internal(message: impl ToString) -> Self {
        Self::Internal(message.to_string())
    }

    /// Converts the payload of a panic to an internal error.
    pub(crate) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::Internal(format!("internal error, please report it: {text}"))
    }
}

impl From<Error> for AddonError {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<AddonError> for Failure {
    fn from(error: AddonError) -> Self {
        match error {
            AddonError::Core(error) => Self::from_core(&error),
            AddonError::Internal(message) => Self {
                name: "ScalekitException",
                message,
                operation: None,
                request_id: None,
                retryable: false,
                http_status: None,
                grpc_status: None,
                error_code: None,
                details: None,
                causes: Vec::new(),
            },
        }
    }
}

impl Failure {
    fn from_core(error: &Error) -> Self {
        let name = match error.kind() {
            ErrorKind::Config | ErrorKind::InvalidArgument => "ScalekitArgumentException",
            _ => error.class().name(),
        };
        let details = Some(error.details()).filter(|details| !details.is_null());
        Self {
            name,
            message: error.message().to_owned(),
            operation: error.operation(),
            request_id: error.request_id().map(str::to_owned),
            retryable: error.retryable(),
            http_status: error.http_status(),
            grpc_status: error.grpc_code().map(|code| code.value()),
            error_code: error.error_code().map(str::to_owned),
            details: details.map(ToString::to_string),
            causes: successors(error.source(), |&error| error.source())
                .map(ToString::to_string)
                .collect(),
        }
    }
}

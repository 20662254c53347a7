//! How a failure crosses: field by field, never as a string.

use std::any::Any;
use std::error::Error as _;
use std::iter::successors;

use napi_derive::napi;
use scalekit::{Error, ErrorKind};

/// Why something failed; the package makes the exception `name` of it.
#[napi(object, object_from_js = false)]
pub(crate) struct Failure {
    /// The exception's class.
    pub name: &'static str,
    /// What happened, in words.
    pub message: String,
    /// The operation that failed.
    pub operation: Option<&'static str>,
    /// The id under which the service knows the request.
    pub request_id: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The HTTP status, of a failed call only.
    pub http_status: Option<u16>,
    /// The number of the gRPC code, of a failed call only.
    pub grpc_status: Option<i32>,
    /// The service's own name for the error.
    pub error_code: Option<String>,
    /// What else the answer said, as JSON text.
    pub details: Option<String>,
    /// The messages of the errors behind this one, outermost first.
    pub causes: Vec<String>,
}

/// Why something failed, until JavaScript is told.
pub(crate) enum Fault {
    /// The core says why.
    Core(Error),
    /// A fault of this library or of the machine.
    Internal(String),
}

impl Fault {
    pub(crate) fn internal(message: impl ToString) -> Self {
        Self::Internal(message.to_string())
    }

    /// A panic, which is a fault in this library but must not take the user's process down.
    pub(crate) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::Internal(format!("internal error, please report it: {text}"))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Core(error) => Self::from_core(&error),
            Fault::Internal(message) => Self {
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

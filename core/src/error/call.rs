//! Errors of calls without a response, and of responses of third-party services.

use std::time::Duration;

use http::StatusCode;

use super::{Code, Error, ErrorKind, Message};

impl Error {
    /// The service cannot be reached, or the connection broke.
    pub(crate) fn unavailable(message: impl Into<Message>) -> Self {
        let mut error = Self::new(ErrorKind::ServiceUnavailable, message);
        error.0.code = Some(Code::Unavailable);
        error
    }

    /// A missed deadline; `last` is the error of the latest attempt.
    pub(crate) fn deadline(timeout: Duration, last: Option<Self>) -> Self {
        let mut error = Self::new(
            ErrorKind::GatewayTimeout,
            format!("timeout: no response within {timeout:?}"),
        );
        error.0.code = Some(Code::DeadlineExceeded);
        match last {
            Some(last) => {
                error.0.message = error.0.message.text(format_args!("; before that: {last}"));
                error.with_source(last)
            }
            None => error,
        }
    }

    /// The client is closed.
    pub(crate) fn closed() -> Self {
        let mut error = Self::new(ErrorKind::Cancelled, "the client is closed");
        error.0.code = Some(Code::Cancelled);
        error
    }

    /// A third-party service responded with a status other than 2xx.
    pub(crate) fn third_party(status: StatusCode) -> Self {
        let kind = ErrorKind::from_http(status.as_u16());
        let reason = status.canonical_reason().unwrap_or_default();
        let number = status.as_str();
        let message = format!("the third-party service responded with {number} {reason}");
        let mut error = Self::new(kind, message.trim_end());
        error.0.status = Some(status.as_u16());
        error.0.code = Some(Code::from_http(status.as_u16()));
        error
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    pub(crate) fn with_message(mut self, message: Message) -> Self {
        self.0.message = message;
        self
    }

    /// Prefixes the message with a context.
    pub(crate) fn context(mut self, context: &str) -> Self {
        self.0.message.prepend(&format!("{context}: "));
        self
    }
}

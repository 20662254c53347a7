//! Errors of calls that end without a response.

use std::time::Duration;

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

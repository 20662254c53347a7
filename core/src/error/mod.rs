//! The one error type of the crate.

mod code;
mod excerpt;
mod kind;
mod reply;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub use code::Code;
pub use kind::{Class, ErrorKind};

use crate::token::TokenError;
use crate::webhook::WebhookError;

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// Why something failed. Never carries a secret, so it may be logged whole.
///
/// ```
/// use scalekit::{Client, ErrorKind};
///
/// let error = Client::builder("acme.scalekit.com", "skc_1", "secret").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert_eq!(error.to_string(), "env_url \"acme.scalekit.com\": a scheme is missing, such as https://");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    status: Option<u16>,
    code: Option<Code>,
    error_code: Option<String>,
    message: String,
    /// Text of the body that `scrub` adds to the message, after it has redacted secrets.
    excerpt: Option<String>,
    details: Value,
    request_id: Option<String>,
    operation: Option<&'static str>,
    retryable: bool,
    tool: bool,
    token: Option<TokenError>,
    source: Option<Source>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            code: None,
            error_code: None,
            message: message.into(),
            excerpt: None,
            details: Value::Null,
            request_id: None,
            operation: None,
            retryable: false,
            tool: false,
            token: None,
            source: None,
        }))
    }

    /// An option of the client that is wrong or missing.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// An argument that is wrong or missing: nothing was sent.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// An answer that cannot be understood.
    pub fn bad_reply(status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::InternalServer, message);
        error.0.status = Some(status);
        error.0.code = Some(Code::Unknown);
        error
    }

    /// The service could not be reached, or the connection broke.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::ServiceUnavailable, message);
        error.0.code = Some(Code::Unavailable);
        error
    }

    /// A deadline that passed; `last` is the error of the last attempt, if one failed before.
    pub(crate) fn deadline(timeout: Duration, last: Option<Self>) -> Self {
        let mut error = Self::new(
            ErrorKind::GatewayTimeout,
            format!("timeout: no answer within {timeout:?}"),
        );
        error.0.code = Some(Code::DeadlineExceeded);
        match last {
            Some(last) => {
                error.0.message = format!("{}; before that: {last}", error.0.message);
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

    pub(crate) fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// Puts what was being done in front of the message.
    pub(crate) fn context(mut self, what: &str) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// Names the operation that failed, such as `OrganizationService.GetOrganization`.
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The exception that the languages raise for this error.
    pub fn class(&self) -> Class {
        self.0.kind.class(self.0.tool)
    }

    /// The HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The HTTP status of the answer or, where none came or it was no error's, the one that stands for the gRPC code: 503
    /// for a service that cannot be reached, 504 for a deadline that passed, 500 for a success or a redirect that cannot
    /// be understood. `None` for what never was a call.
    pub fn http_status(&self) -> Option<u16> {
        let failed = self.0.status.filter(|status| *status >= 400);
        failed.or_else(|| self.0.code.map(Code::http_status))
    }

    /// The gRPC code: the service's own or, where it named none, the one that stands for the failure.
    pub fn grpc_code(&self) -> Option<Code> {
        self.0.code
    }

    /// The service's own name for the error, such as `RESOURCE_NOT_FOUND`, or `invalid_grant` from the token endpoint.
    pub fn error_code(&self) -> Option<&str> {
        self.0.error_code.as_deref()
    }

    /// What happened, in words, without the operation's name.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What else the answer said: the list of the service's `details`; `{"error": …}` from the token endpoint;
    /// `{"body": …}`, the first bytes of a body that is not the service's JSON; else null.
    pub fn details(&self) -> &Value {
        &self.0.details
    }

    /// The id under which the service knows the request, for a support ticket.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The operation that failed, such as `OrganizationService.GetOrganization`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Whether the same call may succeed if it is made again, and making it again is safe.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether a tool that was executed reported the error.
    pub fn is_tool(&self) -> bool {
        self.0.tool
    }

    /// Why a token was refused.
    pub fn token_error(&self) -> Option<&TokenError> {
        self.0.token.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&inner.message)?;
        let status = inner
            .status
            .map(|status| format!("HTTP {status}"))
            .filter(|status| !inner.message.contains(status));
        let request_id = inner.request_id.as_ref().map(|id| format!("request {id}"));
        let notes: Vec<String> = [status, inner.error_code.clone(), request_id]
            .into_iter()
            .flatten()
            .collect();
        if notes.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", notes.join(", "))
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("error_code", &inner.error_code)
            .field("message", &inner.message)
            .field("details", &inner.details)
            .field("request_id", &inner.request_id)
            .field("retryable", &inner.retryable)
            .field("source", &inner.source.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<TokenError> for Error {
    fn from(reason: TokenError) -> Self {
        let mut error = Self::new(ErrorKind::InvalidToken, reason.to_string());
        error.0.token = Some(reason);
        error
    }
}

impl From<WebhookError> for Error {
    fn from(reason: WebhookError) -> Self {
        Self::new(ErrorKind::WebhookVerification, reason.to_string())
    }
}

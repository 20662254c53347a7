//! The one error type of the crate.

#[cfg(feature = "client")]
mod call;
mod code;
#[cfg(feature = "client")]
mod excerpt;
mod kind;
mod message;
#[cfg(feature = "client")]
mod response;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use code::{Code, UnknownCode};
pub use kind::ErrorKind;
pub use message::Message;
#[cfg(feature = "client")]
pub(crate) use response::{check_env_url, request_id};

use crate::token::TokenError;

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// The error of every fallible function. It never contains a secret, so it may be logged.
///
/// ```
/// use scalekit::{Client, ErrorKind};
///
/// let error = Client::builder("acme.scalekit.com", "skc_1", "secret").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert_eq!(error.argument(), Some("env_url"));
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
    message: Message,
    /// The body excerpt, which `redact` adds to the message.
    #[cfg(feature = "client")]
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
    fn new(kind: ErrorKind, message: impl Into<Message>) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            code: None,
            error_code: None,
            message: message.into(),
            #[cfg(feature = "client")]
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

    /// An invalid or missing client option. Public for bindings.
    #[doc(hidden)]
    pub fn config(message: impl Into<Message>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// An invalid or missing argument; no request was sent. Public for bindings.
    #[doc(hidden)]
    pub fn invalid_argument(message: impl Into<Message>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// A response that cannot be decoded. Public for bindings.
    #[doc(hidden)]
    pub fn bad_response(status: u16, message: impl Into<Message>) -> Self {
        let mut error = Self::new(ErrorKind::InternalServer, message);
        error.0.status = Some(status);
        error.0.code = Some(Code::Unknown);
        error
    }

    /// A rejected token.
    pub(crate) fn token(reason: TokenError) -> Self {
        let mut error = Self::new(ErrorKind::InvalidToken, reason.to_string());
        error.0.token = Some(reason);
        error
    }

    /// A rejected webhook or interceptor payload.
    pub(crate) fn webhook(message: String) -> Self {
        Self::new(ErrorKind::WebhookVerification, message)
    }

    pub(crate) fn with_source(
        mut self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Sets the failed operation, such as `OrganizationService.GetOrganization`. Public for
    /// bindings.
    #[doc(hidden)]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The HTTP status of the error response, or the status that corresponds to the gRPC code: 503
    /// if the service cannot be reached, 504 for a missed deadline, 500 for a success or redirect
    /// that cannot be decoded. `None` if no request was sent.
    pub fn http_status(&self) -> Option<u16> {
        let failed = self.0.status.filter(|status| *status >= 400);
        failed.or_else(|| self.0.code.map(Code::http_status))
    }

    /// The gRPC code of the service, or the code that corresponds to the failure.
    pub fn grpc_code(&self) -> Option<Code> {
        self.0.code
    }

    /// The service's error code, such as `RESOURCE_NOT_FOUND`, or `invalid_grant` from the token
    /// endpoint.
    pub fn error_code(&self) -> Option<&str> {
        self.0.error_code.as_deref()
    }

    /// The message, without the operation name.
    pub fn message(&self) -> &str {
        self.0.message.as_str()
    }

    /// The message with the names of options and arguments as a language spells them. Public for
    /// bindings.
    #[doc(hidden)]
    pub fn message_spelled<'n>(&'n self, spell: impl Fn(&'n str) -> Cow<'n, str>) -> String {
        self.0.message.spelled(spell)
    }

    /// The client option or the argument that the message names first, such as `env_url`.
    pub fn argument(&self) -> Option<&str> {
        self.0.message.first_name()
    }

    /// The details of the response: the service's `details` array, `{"error": …}` from the token
    /// endpoint, or `{"body": …}` with the first bytes of any other body; null otherwise.
    pub fn details(&self) -> &Value {
        &self.0.details
    }

    /// The service's id of the request, for support tickets.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The failed operation, such as `OrganizationService.GetOrganization`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Returns `true` if repeating the call is safe and may succeed.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// Returns `true` if an executed tool reported the error.
    pub fn is_tool(&self) -> bool {
        self.0.tool
    }

    /// Returns `true` if a tool failed because the user must authorize the connected account again:
    /// an error of a tool with the status 401.
    /// [`Actions::authorization_link`](crate::actions::Actions::authorization_link) creates a link
    /// for the user.
    pub fn needs_authorization(&self) -> bool {
        self.is_tool() && self.http_status() == Some(401)
    }

    /// The message of the third-party service, if a tool failed.
    pub fn tool_error_message(&self) -> Option<&str> {
        self.tool_info("tool_error_message", "toolErrorMessage")
    }

    /// The code of the third-party service, if a tool failed.
    pub fn tool_error_code(&self) -> Option<&str> {
        self.tool_info("tool_error_code", "toolErrorCode")
    }

    /// The id of the failed execution of a tool.
    pub fn execution_id(&self) -> Option<&str> {
        self.tool_info("execution_id", "executionId")
    }

    /// Returns a text of the details of a failed tool.
    fn tool_info(&self, snake: &str, camel: &str) -> Option<&str> {
        self.0.details.as_array()?.iter().find_map(|detail| {
            let info = detail
                .get("tool_error_info")
                .or_else(|| detail.get("toolErrorInfo"))?;
            let text = info.get(snake).or_else(|| info.get(camel))?.as_str()?;
            Some(text).filter(|text| !text.is_empty())
        })
    }

    /// The reason why a token was rejected.
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
        f.write_str(inner.message.as_str())?;
        let status = inner
            .status
            .map(|status| format!("HTTP {status}"))
            .filter(|status| !inner.message.as_str().contains(status));
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
            .field("message", &inner.message.as_str())
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

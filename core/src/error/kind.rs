//! Error kinds.

use super::Code;

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A client option is invalid or missing. No request was sent.
    Config,
    /// An argument is invalid or missing. No request was sent.
    InvalidArgument,
    /// A token was rejected; see [`Error::token_error`](super::Error::token_error).
    InvalidToken,
    /// A webhook or interceptor payload was rejected.
    WebhookVerification,
    /// 400: the service rejected the request.
    BadRequest,
    /// 401: the credentials are missing or invalid.
    Unauthorized,
    /// 403: the credentials do not allow the call.
    Forbidden,
    /// 404: the resource does not exist.
    NotFound,
    /// 409: the resource already exists, or a concurrent call changed it.
    Conflict,
    /// 429: a quota or rate limit is exceeded.
    TooManyRequests,
    /// 500, and every other 5xx status without its own kind.
    InternalServer,
    /// 501: the operation is not supported.
    NotImplemented,
    /// 503, or the service cannot be reached.
    ServiceUnavailable,
    /// 504, or the call missed its deadline.
    GatewayTimeout,
    /// 499: the call was cancelled, or the client is closed.
    Cancelled,
    /// Any other response: another 4xx status, or a redirect.
    Unknown,
}

/// The exception classes of other languages, for bindings.
///
/// Every class is a [`Class::Scalekit`]. Classes with [`Class::is_server`] are a [`Class::Server`].
/// The three special tool classes are both a [`Class::Tool`] and the corresponding server class.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant is the exception of that name")]
pub enum Class {
    Scalekit,
    WebhookVerification,
    ValidateTokenFailure,
    Server,
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    TooManyRequests,
    InternalServer,
    NotImplemented,
    ServiceUnavailable,
    GatewayTimeout,
    Cancelled,
    Unknown,
    Tool,
    ToolRateLimit,
    ToolUnauthorized,
    ToolForbidden,
}

impl Class {
    /// Every class, bases first.
    pub const ALL: [Self; 20] = [
        Self::Scalekit,
        Self::WebhookVerification,
        Self::ValidateTokenFailure,
        Self::Server,
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooManyRequests,
        Self::InternalServer,
        Self::NotImplemented,
        Self::ServiceUnavailable,
        Self::GatewayTimeout,
        Self::Cancelled,
        Self::Unknown,
        Self::Tool,
        Self::ToolRateLimit,
        Self::ToolUnauthorized,
        Self::ToolForbidden,
    ];

    /// The name of the exception class.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalekit => "ScalekitException",
            Self::WebhookVerification => "WebhookVerificationError",
            Self::ValidateTokenFailure => "ScalekitValidateTokenFailureException",
            Self::Server => "ScalekitServerException",
            Self::BadRequest => "ScalekitBadRequestException",
            Self::Unauthorized => "ScalekitUnauthorizedException",
            Self::Forbidden => "ScalekitForbiddenException",
            Self::NotFound => "ScalekitNotFoundException",
            Self::Conflict => "ScalekitConflictException",
            Self::TooManyRequests => "ScalekitTooManyRequestsException",
            Self::InternalServer => "ScalekitInternalServerException",
            Self::NotImplemented => "ScalekitNotImplementedException",
            Self::ServiceUnavailable => "ScalekitServiceUnavailableException",
            Self::GatewayTimeout => "ScalekitGatewayTimeoutException",
            Self::Cancelled => "ScalekitCancelledException",
            Self::Unknown => "ScalekitUnknownException",
            Self::Tool => "ScalekitToolException",
            Self::ToolRateLimit => "ScalekitToolRateLimitException",
            Self::ToolUnauthorized => "ScalekitToolUnauthorizedException",
            Self::ToolForbidden => "ScalekitToolForbiddenException",
        }
    }

    /// Returns `true` for subclasses of `ScalekitServerException`.
    pub fn is_server(self) -> bool {
        !matches!(
            self,
            Self::Scalekit | Self::WebhookVerification | Self::ValidateTokenFailure
        )
    }

    /// Returns `true` for subclasses of `ScalekitToolException`.
    pub fn is_tool(self) -> bool {
        matches!(
            self,
            Self::Tool | Self::ToolRateLimit | Self::ToolUnauthorized | Self::ToolForbidden
        )
    }
}

impl ErrorKind {
    /// Returns the kind for an HTTP status without a gRPC code.
    pub fn from_http(status: u16) -> Self {
        match status {
            400 => Self::BadRequest,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::TooManyRequests,
            499 => Self::Cancelled,
            501 => Self::NotImplemented,
            503 => Self::ServiceUnavailable,
            504 => Self::GatewayTimeout,
            0..=399 | 500..=599 => Self::InternalServer,
            _ => Self::Unknown,
        }
    }

    /// Returns the kind for a gRPC code.
    pub fn from_code(code: Code) -> Self {
        match code {
            Code::Ok => Self::Unknown,
            code => Self::from_http(code.http_status()),
        }
    }

    /// Returns the exception class of this kind; `tool` is set for an error of an executed tool.
    #[doc(hidden)]
    pub fn class(self, tool: bool) -> Class {
        match (self, tool) {
            (Self::TooManyRequests, true) => Class::ToolRateLimit,
            (Self::Unauthorized, true) => Class::ToolUnauthorized,
            (Self::Forbidden, true) => Class::ToolForbidden,
            (_, true) => Class::Tool,
            (Self::Config | Self::InvalidArgument, _) => Class::Scalekit,
            (Self::InvalidToken, _) => Class::ValidateTokenFailure,
            (Self::WebhookVerification, _) => Class::WebhookVerification,
            (Self::BadRequest, _) => Class::BadRequest,
            (Self::Unauthorized, _) => Class::Unauthorized,
            (Self::Forbidden, _) => Class::Forbidden,
            (Self::NotFound, _) => Class::NotFound,
            (Self::Conflict, _) => Class::Conflict,
            (Self::TooManyRequests, _) => Class::TooManyRequests,
            (Self::InternalServer, _) => Class::InternalServer,
            (Self::NotImplemented, _) => Class::NotImplemented,
            (Self::ServiceUnavailable, _) => Class::ServiceUnavailable,
            (Self::GatewayTimeout, _) => Class::GatewayTimeout,
            (Self::Cancelled, _) => Class::Cancelled,
            (Self::Unknown, _) => Class::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_documented_class() {
        let classes = [
            (Code::InvalidArgument, Class::BadRequest),
            (Code::FailedPrecondition, Class::BadRequest),
            (Code::OutOfRange, Class::BadRequest),
            (Code::Unauthenticated, Class::Unauthorized),
            (Code::PermissionDenied, Class::Forbidden),
            (Code::NotFound, Class::NotFound),
            (Code::AlreadyExists, Class::Conflict),
            (Code::Aborted, Class::Conflict),
            (Code::ResourceExhausted, Class::TooManyRequests),
            (Code::Cancelled, Class::Cancelled),
            (Code::Unknown, Class::InternalServer),
            (Code::Internal, Class::InternalServer),
            (Code::DataLoss, Class::InternalServer),
            (Code::Unimplemented, Class::NotImplemented),
            (Code::Unavailable, Class::ServiceUnavailable),
            (Code::DeadlineExceeded, Class::GatewayTimeout),
        ];
        for (code, class) in classes {
            assert_eq!(ErrorKind::from_code(code).class(false), class, "{code}");
        }
    }

    #[test]
    fn each_status_has_its_class() {
        for status in 400..600 {
            let class = ErrorKind::from_http(status).class(false);
            let expected = match status {
                400 => Class::BadRequest,
                401 => Class::Unauthorized,
                403 => Class::Forbidden,
                404 => Class::NotFound,
                409 => Class::Conflict,
                429 => Class::TooManyRequests,
                499 => Class::Cancelled,
                501 => Class::NotImplemented,
                503 => Class::ServiceUnavailable,
                504 => Class::GatewayTimeout,
                500..600 => Class::InternalServer,
                _ => Class::Unknown,
            };
            assert_eq!(class, expected, "{status}");
        }
    }

    #[test]
    fn tool_classes_are_tool_and_server_classes() {
        assert_eq!(ErrorKind::TooManyRequests.class(true), Class::ToolRateLimit);
        assert_eq!(ErrorKind::Unauthorized.class(true), Class::ToolUnauthorized);
        assert_eq!(ErrorKind::Forbidden.class(true), Class::ToolForbidden);
        assert_eq!(ErrorKind::BadRequest.class(true), Class::Tool);
        for class in Class::ALL.into_iter().filter(|class| class.is_tool()) {
            assert!(class.is_server());
            assert!(class.name().starts_with("ScalekitTool"));
        }
    }
}

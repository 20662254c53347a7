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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_documented_kind() {
        let kinds = [
            (Code::InvalidArgument, ErrorKind::BadRequest),
            (Code::FailedPrecondition, ErrorKind::BadRequest),
            (Code::OutOfRange, ErrorKind::BadRequest),
            (Code::Unauthenticated, ErrorKind::Unauthorized),
            (Code::PermissionDenied, ErrorKind::Forbidden),
            (Code::NotFound, ErrorKind::NotFound),
            (Code::AlreadyExists, ErrorKind::Conflict),
            (Code::Aborted, ErrorKind::Conflict),
            (Code::ResourceExhausted, ErrorKind::TooManyRequests),
            (Code::Cancelled, ErrorKind::Cancelled),
            (Code::Unknown, ErrorKind::InternalServer),
            (Code::Internal, ErrorKind::InternalServer),
            (Code::DataLoss, ErrorKind::InternalServer),
            (Code::Unimplemented, ErrorKind::NotImplemented),
            (Code::Unavailable, ErrorKind::ServiceUnavailable),
            (Code::DeadlineExceeded, ErrorKind::GatewayTimeout),
        ];
        for (code, kind) in kinds {
            assert_eq!(ErrorKind::from_code(code), kind, "{code}");
        }
    }

    #[test]
    fn each_status_has_its_kind() {
        for status in 400..600 {
            let expected = match status {
                400 => ErrorKind::BadRequest,
                401 => ErrorKind::Unauthorized,
                403 => ErrorKind::Forbidden,
                404 => ErrorKind::NotFound,
                409 => ErrorKind::Conflict,
                429 => ErrorKind::TooManyRequests,
                499 => ErrorKind::Cancelled,
                501 => ErrorKind::NotImplemented,
                503 => ErrorKind::ServiceUnavailable,
                504 => ErrorKind::GatewayTimeout,
                500..600 => ErrorKind::InternalServer,
                _ => ErrorKind::Unknown,
            };
            assert_eq!(ErrorKind::from_http(status), expected, "{status}");
        }
    }
}

//! gRPC status codes, which the service also sends over REST.

use std::fmt;
use std::str::FromStr;

/// A gRPC status code. The discriminant is its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// No error.
    Ok = 0,
    /// The caller cancelled the call.
    Cancelled = 1,
    /// No other code fits.
    Unknown = 2,
    /// The request is invalid.
    InvalidArgument = 3,
    /// The call missed its deadline.
    DeadlineExceeded = 4,
    /// The resource does not exist.
    NotFound = 5,
    /// The resource already exists.
    AlreadyExists = 6,
    /// The credentials do not allow the call.
    PermissionDenied = 7,
    /// A quota or rate limit is exceeded.
    ResourceExhausted = 8,
    /// The state of the environment does not allow the call.
    FailedPrecondition = 9,
    /// The call conflicted with a concurrent call.
    Aborted = 10,
    /// A value is out of range.
    OutOfRange = 11,
    /// The operation is not supported.
    Unimplemented = 12,
    /// The service failed internally.
    Internal = 13,
    /// The service is unavailable.
    Unavailable = 14,
    /// The service lost data.
    DataLoss = 15,
    /// The credentials are missing or invalid.
    Unauthenticated = 16,
}

/// All codes in numeric order, with their names in the gRPC specification.
const ALL: [(Code, &str); 17] = [
    (Code::Ok, "OK"),
    (Code::Cancelled, "CANCELLED"),
    (Code::Unknown, "UNKNOWN"),
    (Code::InvalidArgument, "INVALID_ARGUMENT"),
    (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
    (Code::NotFound, "NOT_FOUND"),
    (Code::AlreadyExists, "ALREADY_EXISTS"),
    (Code::PermissionDenied, "PERMISSION_DENIED"),
    (Code::ResourceExhausted, "RESOURCE_EXHAUSTED"),
    (Code::FailedPrecondition, "FAILED_PRECONDITION"),
    (Code::Aborted, "ABORTED"),
    (Code::OutOfRange, "OUT_OF_RANGE"),
    (Code::Unimplemented, "UNIMPLEMENTED"),
    (Code::Internal, "INTERNAL"),
    (Code::Unavailable, "UNAVAILABLE"),
    (Code::DataLoss, "DATA_LOSS"),
    (Code::Unauthenticated, "UNAUTHENTICATED"),
];

impl Code {
    /// Returns all codes in numeric order.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(code, _)| *code)
    }

    /// Returns the number on the wire: 0 to 16.
    pub fn value(self) -> i32 {
        self as i32
    }

    /// Returns the name in the gRPC specification, such as `INVALID_ARGUMENT`.
    pub fn name(self) -> &'static str {
        ALL[self as usize].1
    }

    /// Returns the code for an HTTP status without a gRPC code.
    pub fn from_http(status: u16) -> Self {
        match status {
            200..=299 => Self::Ok,
            400 => Self::InvalidArgument,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::NotFound,
            409 => Self::AlreadyExists,
            429 => Self::ResourceExhausted,
            499 => Self::Cancelled,
            501 => Self::Unimplemented,
            503 => Self::Unavailable,
            504 => Self::DeadlineExceeded,
            500..=599 => Self::Internal,
            _ => Self::Unknown,
        }
    }

    /// Returns the HTTP status for this code.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::InvalidArgument | Self::FailedPrecondition | Self::OutOfRange => 400,
            Self::Unauthenticated => 401,
            Self::PermissionDenied => 403,
            Self::NotFound => 404,
            Self::AlreadyExists | Self::Aborted => 409,
            Self::ResourceExhausted => 429,
            Self::Cancelled => 499,
            Self::Unknown | Self::Internal | Self::DataLoss => 500,
            Self::Unimplemented => 501,
            Self::Unavailable => 503,
            Self::DeadlineExceeded => 504,
        }
    }
}

/// The number or name is not a gRPC status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a gRPC status code: the numbers are 0 to 16, the names are such as NOT_FOUND",
        )
    }
}

impl std::error::Error for UnknownCode {}

/// Converts from the number on the wire.
impl TryFrom<i64> for Code {
    type Error = UnknownCode;

    fn try_from(value: i64) -> Result<Self, UnknownCode> {
        let index = usize::try_from(value).map_err(|_| UnknownCode)?;
        ALL.get(index).map(|(code, _)| *code).ok_or(UnknownCode)
    }
}

/// Converts from the name in the gRPC specification, in any letter case.
///
/// ```
/// use scalekit::Code;
/// assert_eq!("NOT_FOUND".parse(), Ok(Code::NotFound));
/// assert_eq!(Code::try_from(5), Ok(Code::NotFound));
/// assert!("TEAPOT".parse::<Code>().is_err());
/// ```
impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        let code = ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        code.map(|(code, _)| *code).ok_or(UnknownCode)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_match_the_specification() {
        for (index, code) in Code::all().enumerate() {
            assert_eq!(code.value(), i32::try_from(index).unwrap());
            assert_eq!(Code::try_from(i64::from(code.value())), Ok(code));
            assert_eq!(code.name().to_lowercase().parse(), Ok(code));
        }
        assert_eq!(Code::Unauthenticated.value(), 16);
        assert_eq!(Code::try_from(17), Err(UnknownCode));
        assert_eq!(Code::try_from(-1), Err(UnknownCode));
        assert_eq!("TEAPOT".parse::<Code>(), Err(UnknownCode));
    }

    #[test]
    fn the_code_for_a_status_maps_back_to_the_status() {
        for status in [400, 401, 403, 404, 409, 429, 499, 500, 501, 503, 504] {
            assert_eq!(Code::from_http(status).http_status(), status);
        }
        assert_eq!(Code::from_http(502), Code::Internal);
        assert_eq!(Code::from_http(418), Code::Unknown);
    }
}

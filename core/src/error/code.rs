//! gRPC status codes: the service answers with them, also over REST.

use std::fmt;

/// A gRPC status code. The discriminant is its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// No error.
    Ok = 0,
    /// The call was given up by its caller.
    Cancelled = 1,
    /// No other code fits.
    Unknown = 2,
    /// The request is wrong, whatever the state of the environment.
    InvalidArgument = 3,
    /// The deadline passed before an answer came.
    DeadlineExceeded = 4,
    /// What the request names does not exist.
    NotFound = 5,
    /// What the request would create exists already.
    AlreadyExists = 6,
    /// The credentials do not allow the call.
    PermissionDenied = 7,
    /// A quota or rate limit is used up.
    ResourceExhausted = 8,
    /// The environment is not in a state that allows the call.
    FailedPrecondition = 9,
    /// The call lost against a concurrent one.
    Aborted = 10,
    /// A value lies outside of its valid range.
    OutOfRange = 11,
    /// The operation is not supported here.
    Unimplemented = 12,
    /// The service failed.
    Internal = 13,
    /// The service cannot be reached or does not take calls at the moment.
    Unavailable = 14,
    /// The service lost data.
    DataLoss = 15,
    /// The credentials are missing or wrong.
    Unauthenticated = 16,
}

/// Every code with its name in the gRPC specification, in the order of the numbers.
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
    /// All codes, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(code, _)| *code)
    }

    /// The number on the wire: 0 to 16.
    pub fn value(self) -> i32 {
        self as i32
    }

    /// The name in the gRPC specification, such as `INVALID_ARGUMENT`.
    pub fn name(self) -> &'static str {
        ALL[self as usize].1
    }

    /// The code of a number on the wire.
    pub fn from_value(value: i64) -> Option<Self> {
        ALL.get(usize::try_from(value).ok()?).map(|(code, _)| *code)
    }

    /// The code of a name in the gRPC specification, in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(code, _)| *code)
    }

    /// The code that stands for an HTTP status whose body did not name one.
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

    /// The HTTP status that the service sends with this code.
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

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_agree_with_the_specification() {
        for (index, code) in Code::all().enumerate() {
            assert_eq!(code.value(), i32::try_from(index).unwrap());
            assert_eq!(Code::from_value(i64::from(code.value())), Some(code));
            assert_eq!(Code::from_name(&code.name().to_lowercase()), Some(code));
        }
        assert_eq!(Code::Unauthenticated.value(), 16);
        assert_eq!(Code::from_value(17), None);
        assert_eq!(Code::from_value(-1), None);
        assert_eq!(Code::from_name("TEAPOT"), None);
    }

    #[test]
    fn a_status_without_a_code_gets_the_one_that_maps_back_to_it() {
        for status in [400, 401, 403, 404, 409, 429, 499, 500, 501, 503, 504] {
            assert_eq!(Code::from_http(status).http_status(), status);
        }
        assert_eq!(Code::from_http(502), Code::Internal);
        assert_eq!(Code::from_http(418), Code::Unknown);
    }
}

//! Reasons to reject a token.

use crate::error::Error;

/// The reason why a token was rejected. Messages contain neither the token nor its claims.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token is too long; it was not parsed.
    #[error("the token is larger than 64 KiB")]
    TooLarge,
    /// The token is not a signed JWT (RFC 7519) in compact serialization.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// The header specifies an algorithm other than RS256.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// The header requires an extension (`crit`, RFC 7515); none is supported.
    #[error("the token requires an extension (crit) that is not supported")]
    Critical,
    /// The header has no key id.
    #[error("the token has no key id (kid)")]
    MissingKeyId,
    /// The environment has no such key.
    #[error("the environment has no key with the key id (kid) of the token")]
    UnknownKey,
    /// The signature does not match header and payload.
    #[error("the signature of the token is invalid")]
    Signature,
    /// A claim is missing or has a type or value that RFC 7519 does not allow.
    #[error("the claim {0} is missing or has the wrong type")]
    Claim(&'static str),
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is in the future.
    #[error("the token is not valid yet (nbf)")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the token was issued in the future (iat)")]
    IssuedInFuture,
    /// `iss` is not an expected issuer.
    #[error("the token comes from another issuer")]
    Issuer,
    /// `aud` contains no expected audience.
    #[error("the token is meant for another audience")]
    Audience,
    /// Scopes are missing.
    #[error("the token lacks the scopes {}", .0.join(", "))]
    Scopes(Vec<String>),
    /// `nonce` is not the one of the login, so the ID token belongs to another login.
    #[error("the nonce of the ID token does not match the login")]
    Nonce,
}

impl TokenError {
    /// Returns the reason as a stable identifier, for metrics and bindings.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed(_) => "malformed",
            Self::Algorithm => "algorithm",
            Self::Critical => "critical",
            Self::MissingKeyId => "missing_key_id",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Claim(_) => "claim",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Scopes(_) => "scopes",
            Self::Nonce => "nonce",
        }
    }
}

impl From<TokenError> for Error {
    fn from(reason: TokenError) -> Self {
        Self::token(reason)
    }
}

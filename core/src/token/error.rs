//! Why a token was refused.

/// Why a token was refused. The messages never repeat the token or what it claims.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than any real token; it was not read.
    #[error("the token is larger than 64 KiB")]
    TooLarge,
    /// Not a signed JWT (RFC 7519) in compact form.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// The header names another algorithm than RS256.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// The header demands an extension (`crit`, RFC 7515), and none is understood here.
    #[error("the token demands an extension that is not supported")]
    Critical,
    /// The header does not say which key signed.
    #[error("the token does not name its key (kid)")]
    MissingKeyId,
    /// The environment has no such key.
    #[error("the token names a key (kid) that the environment does not have")]
    UnknownKey,
    /// The signature does not belong to header and payload.
    #[error("the signature of the token is wrong")]
    Signature,
    /// A claim has a type or value that the standard does not allow.
    #[error("the claim {0} is missing or not of its type")]
    Claim(&'static str),
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` lies in the future.
    #[error("the token is not valid yet (nbf)")]
    NotYetValid,
    /// `iat` lies in the future.
    #[error("the token was issued in the future (iat)")]
    IssuedInFuture,
    /// `iss` is not the issuer that is expected.
    #[error("the token comes from another issuer")]
    Issuer,
    /// `aud` names none of the audiences that are expected.
    #[error("the token is meant for another audience")]
    Audience,
    /// Scopes are missing.
    #[error("the token lacks the scopes {}", .0.join(", "))]
    Scopes(Vec<String>),
}

impl TokenError {
    /// The reason as one word, stable, for metrics and bindings.
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
        }
    }
}

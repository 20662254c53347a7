//! The checks of a token's claims. No I/O; the time is a parameter.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;

use super::header::read_object;
use super::registered::{Registered, Strings};
use super::{Claims, KeySet, TokenError};
use crate::config::defaults;

const NO_CLAIMS: TokenError = TokenError::Malformed("its payload is not a JSON object");

/// The checks of a token in addition to signature and times.
///
/// ```
/// use scalekit::token::TokenValidation;
/// let checks = TokenValidation::new().required_scopes(["orders:read"]);
/// assert_eq!(checks.required_scopes, ["orders:read"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TokenValidation {
    /// `iss` must be one of these; an empty list rejects every token. `None`: the client's default,
    /// or no check.
    pub issuer: Option<Vec<String>>,
    /// `aud` must contain one of these; an empty list rejects every token. `None`: the client's
    /// default, or no check.
    pub audience: Option<Vec<String>>,
    /// Scopes that the token must all have, in `scopes` (array or string) or `scope`
    /// (space-separated string).
    pub required_scopes: Vec<String>,
    /// Allowed clock difference between issuer and verifier. `None`: the client's setting, 5 s by
    /// default.
    pub leeway: Option<Duration>,
    /// The time of the validation. `None`: the system clock.
    pub as_of: Option<SystemTime>,
}

impl TokenValidation {
    /// Creates the default checks: signature, times, and the issuer and audience of the client.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the accepted issuers.
    #[must_use]
    pub fn issuer(mut self, issuer: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.issuer = Some(issuer.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the accepted audiences.
    #[must_use]
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the scopes that the token must all have.
    #[must_use]
    pub fn required_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.required_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the allowed clock difference between issuer and verifier.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = Some(leeway);
        self
    }

    /// Sets the time of the validation.
    #[must_use]
    pub fn as_of(mut self, as_of: SystemTime) -> Self {
        self.as_of = Some(as_of);
        self
    }
}

/// The effective checks, with defaults applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checks<'a> {
    pub(crate) issuer: Option<&'a [String]>,
    pub(crate) audience: Option<&'a [String]>,
    pub(crate) scopes: &'a [String],
    /// In seconds.
    pub(crate) leeway: f64,
}

impl KeySet {
    /// Verifies the signature of a token with these keys and checks its claims at the time `now`.
    /// [`TokenValidation::as_of`] is ignored. The default leeway is 5 seconds.
    ///
    /// # Errors
    /// The first reason to reject the token.
    pub fn validate(
        &self,
        token: &str,
        checks: &TokenValidation,
        now: SystemTime,
    ) -> Result<VerifiedToken, TokenError> {
        let checks = Checks {
            issuer: checks.issuer.as_deref(),
            audience: checks.audience.as_deref(),
            scopes: &checks.required_scopes,
            leeway: checks
                .leeway
                .unwrap_or(defaults::TOKEN_LEEWAY)
                .as_secs_f64(),
        };
        self.check(token, &checks, seconds(now), |validation| validation.run())
    }
}

/// Converts a time to NumericDate (RFC 7519): seconds since 1970.
pub(crate) fn seconds(now: SystemTime) -> f64 {
    now.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// A token with a valid signature and valid claims. The claims are parsed on demand.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    payload: Vec<u8>,
}

impl VerifiedToken {
    pub(crate) fn check(
        payload: Vec<u8>,
        checks: &Checks<'_>,
        now: f64,
    ) -> Result<Self, TokenError> {
        let claims: Registered<'_> = read_object(&payload).ok_or(NO_CLAIMS)?;
        let expiry = time(claims.exp, "exp")?.ok_or(TokenError::Claim("exp"))?;
        if expiry <= now - checks.leeway {
            return Err(TokenError::Expired);
        }
        if time(claims.nbf, "nbf")?.is_some_and(|start| start > now + checks.leeway) {
            return Err(TokenError::NotYetValid);
        }
        if time(claims.iat, "iat")?.is_some_and(|issued| issued > now + checks.leeway) {
            return Err(TokenError::IssuedInFuture);
        }
        if let Some(issuers) = checks.issuer
            && !matches!(&claims.iss, Some(Strings::One(found)) if issuers.iter().any(|issuer| issuer == found))
        {
            return Err(TokenError::Issuer);
        }
        if let Some(audiences) = checks.audience {
            let expected = |found: &str| audiences.iter().any(|audience| audience == found);
            let found = match &claims.aud {
                Some(Strings::One(audience)) => expected(audience),
                Some(Strings::Many(audience)) => audience.iter().any(|audience| expected(audience)),
                Some(Strings::Other) | None => false,
            };
            if !found {
                return Err(TokenError::Audience);
            }
        }
        if !checks.scopes.is_empty() {
            let granted: Vec<&str> = granted(&claims);
            let missing: Vec<_> = checks
                .scopes
                .iter()
                .filter(|scope| !granted.contains(&scope.as_str()))
                .cloned()
                .collect();
            if !missing.is_empty() {
                return Err(TokenError::Scopes(missing));
            }
        }
        Ok(Self { payload })
    }

    /// The claims as the issuer's JSON text.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Parses the claims.
    ///
    /// # Errors
    /// Never fails in practice: verification has parsed the claims before.
    pub fn claims(&self) -> Result<Claims, TokenError> {
        serde_json::from_slice(&self.payload)
            .map(Claims::new)
            .map_err(|_| NO_CLAIMS)
    }
}

/// Parses a NumericDate: a JSON number, with or without a fraction.
fn time(value: Option<&RawValue>, claim: &'static str) -> Result<Option<f64>, TokenError> {
    let Some(value) = value else { return Ok(None) };
    serde_json::from_str(value.get())
        .map(Some)
        .map_err(|_| TokenError::Claim(claim))
}

fn granted<'c>(claims: &'c Registered<'_>) -> Vec<&'c str> {
    let mut granted: Vec<&str> = match &claims.scopes {
        Some(Strings::Many(scopes)) => scopes.iter().map(|scope| &**scope).collect(),
        Some(Strings::One(scopes)) => scopes.split_ascii_whitespace().collect(),
        Some(Strings::Other) | None => Vec::new(),
    };
    if let Some(Strings::One(scope)) = &claims.scope {
        granted.extend(scope.split_ascii_whitespace());
    }
    granted
}

impl std::fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("claims", &self.claims())
            .finish()
    }
}

#[cfg(test)]
mod tests;

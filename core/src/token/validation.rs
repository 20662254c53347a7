//! What a token must claim. No I/O; the time is a parameter.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;

use super::header::read_object;
use super::registered::{Registered, Texts};
use super::{Claims, KeySet, TokenError};
use crate::config::Config;

const NO_CLAIMS: TokenError = TokenError::Malformed("its payload is not a JSON object of claims");

/// What a token must claim, besides being signed and within its time.
///
/// ```
/// use scalekit::token::TokenValidation;
/// let checks = TokenValidation { required_scopes: vec!["orders:read".into()], ..Default::default() };
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenValidation {
    /// `iss` must be one of these, so that no token passes an empty list; `None` for the client's default, which may be
    /// to not check it.
    pub issuer: Option<Vec<String>>,
    /// `aud` must name one of these, so that no token passes an empty list; `None` for the client's default, which may
    /// be to not check it.
    pub audience: Option<Vec<String>>,
    /// Scopes that must all be there, in `scopes` (list or text) or `scope` (text, separated by spaces).
    pub required_scopes: Vec<String>,
    /// How far the clocks of issuer and verifier may differ; `None` for the client's setting.
    pub leeway: Option<Duration>,
    /// The time that counts as now; `None` for the system's clock. For a program that has a clock of its own.
    pub as_of: Option<SystemTime>,
}

/// The checks in force: those of the call, completed by those of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checks<'a> {
    issuer: Option<&'a [String]>,
    audience: Option<&'a [String]>,
    scopes: &'a [String],
    leeway: f64,
}

impl<'a> Checks<'a> {
    pub(crate) fn new(validation: &'a TokenValidation, config: &'a Config) -> Self {
        Self {
            issuer: validation.issuer.as_deref().or(config.issuer.as_deref()),
            audience: validation.audience.as_deref().or(config.audience.as_deref()),
            scopes: &validation.required_scopes,
            leeway: validation.leeway.unwrap_or(config.token_leeway).as_secs_f64(),
        }
    }
}

impl KeySet {
    /// Verifies the signature of a token with these keys and checks its claims as of `now`, whatever `checks` says of it.
    ///
    /// What else `checks` leaves open is not checked; the leeway is then 5 seconds.
    ///
    /// # Errors
    /// The first reason to refuse it.
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
            leeway: checks.leeway.unwrap_or(Duration::from_secs(5)).as_secs_f64(),
        };
        self.check(token, &checks, seconds(now), |validation| validation.run())
    }
}

/// A clock as NumericDate (RFC 7519): seconds since 1970.
pub(crate) fn seconds(now: SystemTime) -> f64 {
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A token whose signature and claims hold. The claims are read only if they are asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    payload: Vec<u8>,
}

impl VerifiedToken {
    pub(crate) fn check(payload: Vec<u8>, checks: &Checks<'_>, now: f64) -> Result<Self, TokenError> {
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
            && !matches!(&claims.iss, Some(Texts::One(found)) if issuers.iter().any(|issuer| issuer == found))
        {
            return Err(TokenError::Issuer);
        }
        if let Some(audiences) = checks.audience {
            let expected = |found: &str| audiences.iter().any(|audience| audience == found);
            let found = match &claims.aud {
                Some(Texts::One(audience)) => expected(audience),
                Some(Texts::Many(audience)) => audience.iter().any(|audience| expected(audience)),
                Some(Texts::Other) | None => false,
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

    /// The claims as JSON text, as the issuer wrote it.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The claims.
    ///
    /// # Errors
    /// Never, for a token that has been verified: it was made sure that they can be read.
    pub fn claims(&self) -> Result<Claims, TokenError> {
        serde_json::from_slice(&self.payload)
            .map(Claims::new)
            .map_err(|_| NO_CLAIMS)
    }
}

/// NumericDate: a JSON number, with or without a fraction.
fn time(value: Option<&RawValue>, claim: &'static str) -> Result<Option<f64>, TokenError> {
    let Some(value) = value else { return Ok(None) };
    serde_json::from_str(value.get())
        .map(Some)
        .map_err(|_| TokenError::Claim(claim))
}

fn granted<'c>(claims: &'c Registered<'_>) -> Vec<&'c str> {
    let mut granted: Vec<&str> = match &claims.scopes {
        Some(Texts::Many(scopes)) => scopes.iter().map(|scope| &**scope).collect(),
        Some(Texts::One(scopes)) => scopes.split_ascii_whitespace().collect(),
        Some(Texts::Other) | None => Vec::new(),
    };
    if let Some(Texts::One(scope)) = &claims.scope {
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

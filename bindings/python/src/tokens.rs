//! Token validation with cached keys, and PKCE.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use scalekit::oauth::Pkce;
use scalekit::token::{TokenError, TokenValidation, Validation, VerifiedToken};
use scalekit::{Client, Error};

use crate::failure::OrRaise;
use crate::process::with_runtime;
use crate::text::lossy;

/// The accepted issuers, the accepted audiences and the required scopes, from a `tuple`.
#[derive(FromPyObject)]
pub(crate) struct TokenChecks(Option<Vec<String>>, Option<Vec<String>>, Vec<String>);

impl From<TokenChecks> for TokenValidation {
    fn from(TokenChecks(issuer, audience, required_scopes): TokenChecks) -> Self {
        Self {
            issuer,
            audience,
            required_scopes,
            ..Self::default()
        }
    }
}

/// Returns the text of a token. `bytes` are decoded as UTF-8; any other type is a malformed token.
pub(crate) fn token_text<'a>(token: &'a Bound<'_, PyAny>) -> Result<Cow<'a, str>, Error> {
    if let Ok(text) = token.cast::<PyString>() {
        return Ok(lossy(text));
    }
    match token.cast::<PyBytes>() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes())),
        Err(_) => Err(TokenError::Malformed("it is not a str").into()),
    }
}

/// Validates a token with the cached keys. Returns `None` if the keys must be fetched first.
///
/// Stale keys are refreshed in the background. The GIL is released during signature verification.
pub(crate) fn validate_cached(
    py: Python<'_>,
    client: &Client,
    token: &str,
    checks: &TokenValidation,
) -> Option<Result<VerifiedToken, Error>> {
    let run = |validation: Validation<'_>| py.detach(|| validation.run());
    let validate = || client.try_validate_cached_with(token, checks, run);
    if !client.keys_are_stale() {
        return validate();
    }
    let handle = with_runtime(|runtime| runtime.handle().clone()).ok()?;
    let _entered = handle.enter();
    validate()
}

/// Returns a random verifier and its S256 challenge.
#[pyfunction]
pub(crate) fn generate_pkce(py: Python<'_>, length: usize) -> PyResult<(String, String)> {
    let pair = Pkce::with_length(length).or_raise(py)?;
    Ok((pair.verifier().to_owned(), pair.challenge().to_owned()))
}

//! Tokens and PKCE: what is computed on the spot.

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

/// Whatever is no text is no valid token either; anything else about it is for the validation to say.
pub(crate) fn token_text<'a>(token: &'a Bound<'_, PyAny>) -> Result<Cow<'a, str>, Error> {
    if let Ok(text) = token.cast::<PyString>() {
        return Ok(lossy(text));
    }
    match token.cast::<PyBytes>() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes())),
        Err(_) => Err(TokenError::Malformed("it is not a str").into()),
    }
}

/// Validates with the keys at hand; `None` if they have to be fetched first. Stale ones are renewed in the
/// background. The GIL is free while that takes longer than to hand it over.
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
    let _inside = handle.enter();
    validate()
}

/// A verifier and its S256 challenge.
#[pyfunction]
pub(crate) fn generate_pkce(py: Python<'_>, length: usize) -> PyResult<(String, String)> {
    let pair = Pkce::with_length(length).or_raise(py)?;
    Ok((pair.verifier().to_owned(), pair.challenge().to_owned()))
}

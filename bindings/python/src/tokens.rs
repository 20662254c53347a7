//! Tokens, webhooks and PKCE: what is computed on the spot.

use pyo3::prelude::*;
use scalekit::oauth::Pkce;
use scalekit::token::{TokenValidation, VerifiedToken};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};
use scalekit::{Client, Error};

use crate::failure::Failure;
use crate::options::seconds;
use crate::process::with_runtime;
use crate::value::to_dict;

/// What a token is asked to have.
pub(crate) fn checks(
    issuer: Option<String>,
    audience: Option<Vec<String>>,
    required_scopes: Vec<String>,
) -> TokenValidation {
    let audience = audience.unwrap_or_default();
    TokenValidation {
        issuer,
        audience,
        required_scopes,
        ..TokenValidation::default()
    }
}

/// Validates with the keys at hand; `None` if they have to be fetched first. Stale ones are renewed in the
/// background.
pub(crate) fn validate_cached(
    client: &Client,
    token: &str,
    checks: &TokenValidation,
) -> Option<Result<VerifiedToken, Error>> {
    if !client.keys_are_stale() {
        return client.try_validate_cached(token, checks);
    }
    let handle = with_runtime(|runtime| runtime.handle().clone()).ok()?;
    let _inside = handle.enter();
    client.try_validate_cached(token, checks)
}

/// The claims as a dict.
pub(crate) fn claims(py: Python<'_>, verified: Result<VerifiedToken, Error>) -> PyResult<Py<PyAny>> {
    let read = verified.and_then(|verified| verified.claims().map_err(Error::from));
    match read {
        Ok(claims) => Ok(to_dict(py, claims.as_map())?.into_any().unbind()),
        Err(error) => Err(Failure::Core(error).into_exception(py)),
    }
}

/// Verifies the signature of a webhook or interceptor payload.
#[pyfunction]
pub(crate) fn verify_payload(
    py: Python<'_>,
    secret: &str,
    headers: Vec<(String, String)>,
    payload: &[u8],
    interceptor: bool,
    tolerance: f64,
) -> PyResult<()> {
    let purpose = if interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    };
    let verified = py.detach(|| {
        let tolerance = seconds("webhook_tolerance_s", tolerance)?;
        let headers = SignatureHeaders::from_pairs(purpose, headers);
        if headers.id.is_empty() || headers.timestamp.is_empty() || headers.signature.is_empty() {
            return Err(WebhookError::MissingHeaders.into());
        }
        Ok(Verifier::new(secret)?
            .with_tolerance(tolerance)
            .verify(&headers, payload)?)
    });
    verified.map_err(|error: Error| Failure::Core(error).into_exception(py))
}

/// A verifier and its S256 challenge.
#[pyfunction]
pub(crate) fn generate_pkce(py: Python<'_>, length: usize) -> PyResult<(String, String)> {
    let pair = Pkce::with_length(length).map_err(|error| Failure::Core(error).into_exception(py))?;
    Ok((pair.verifier().to_owned(), pair.challenge().to_owned()))
}

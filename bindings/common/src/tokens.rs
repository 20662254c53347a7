//! Token validation with cached keys, and PKCE.

use std::time::SystemTime;

use scalekit::{Client, Error, ErrorKind};

use crate::failure::BindingError;
use crate::runtime;

pub use scalekit::oauth::Pkce;
pub use scalekit::token::{TokenError, TokenValidation, Validation, VerifiedToken};

/// The accepted issuers, the accepted audiences and the required scopes. `None` and an empty list
/// of scopes mean the client's settings.
pub type Requirements = (Option<Vec<String>>, Option<Vec<String>>, Vec<String>);

/// Returns the checks of a validation. `as_of` is the time of a language whose clock tests can set.
pub fn checks(
    (issuer, audience, required_scopes): Requirements,
    as_of: Option<SystemTime>,
) -> TokenValidation {
    let mut checks = TokenValidation::new().required_scopes(required_scopes);
    checks.issuer = issuer;
    checks.audience = audience;
    checks.as_of = as_of;
    checks
}

/// Validates a token with the cached keys. Returns `None` if the keys must be fetched first.
///
/// `run` executes the expensive part; a language can release its lock there. Stale keys are used
/// and refreshed in the background.
///
/// # Errors
/// The runtime that refreshes the keys cannot be started. The errors of the validation are inside.
pub fn validate_cached(
    client: &Client,
    token: &str,
    checks: &TokenValidation,
    run: impl FnOnce(Validation<'_>) -> Result<VerifiedToken, TokenError>,
) -> Result<Option<Result<VerifiedToken, Error>>, BindingError> {
    let mut started = Ok(());
    let refresh = || started = runtime::enter(|| client.refresh_keys_in_background());
    let result = client.try_validate_cached_with(token, checks, run, refresh);
    started.map(|()| result)
}

/// Fetches the keys unless fresh keys are cached.
///
/// # Errors
/// The errors of [`Client::refresh_keys`].
pub async fn refresh_keys(client: Client) -> Result<(), BindingError> {
    Ok(client.refresh_keys().await?)
}

/// Returns `true` if the result of a validation is a valid token.
///
/// # Errors
/// The token was not checked, because the keys could not be fetched.
pub fn is_valid(result: Result<VerifiedToken, Error>) -> Result<bool, Error> {
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::InvalidToken => Ok(false),
        Err(error) => Err(error),
    }
}

/// Returns the claims of a token as JSON text.
///
/// # Errors
/// The claims are not UTF-8, which the validation excludes.
pub fn claims(verified: VerifiedToken) -> Result<String, BindingError> {
    String::from_utf8(verified.payload().to_vec()).map_err(BindingError::internal)
}

/// Returns a random PKCE verifier and its S256 challenge. Default length: 43.
///
/// # Errors
/// The length is out of range.
pub fn pkce(length: Option<usize>) -> Result<[String; 2], Error> {
    let pair = Pkce::with_length(length.unwrap_or(Pkce::MIN_LENGTH))?;
    Ok([pair.verifier().to_owned(), pair.challenge().to_owned()])
}

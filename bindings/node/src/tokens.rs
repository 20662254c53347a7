//! Token validation: synchronous if the keys are cached, otherwise in the background.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::tokens::{self, TokenValidation, VerifiedToken, checks, claims, is_valid};
use scalekit_bindings::{BindingError, Client, Error};

use crate::failure::Failure;
use crate::guard::{Outcome, optional};
use crate::mailbox::{Mailbox, start};
use crate::options::clock;

/// Requirements of a token validation.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub(crate) struct TokenOptions {
    /// Required `iss`.
    pub issuer: Option<String>,
    /// Accepted audiences: `aud` must contain one of them.
    pub audience: Option<Vec<String>>,
    /// Required scopes.
    pub required_scopes: Option<Vec<String>>,
}

/// Validates a token with cached keys. Returns its claims as JSON text, or a failure. Returns
/// `None` if keys must be fetched first.
#[napi]
pub(crate) fn validate_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    options: Option<TokenOptions>,
) -> Option<Outcome<String>> {
    with_cached_keys(client, &token, &validation(options, now), |verified| {
        claims(verified?)
    })
}

/// Returns whether a token is valid, or a failure if the validation could not be performed. Returns
/// `None` if keys must be fetched first.
#[napi]
pub(crate) fn is_valid_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    options: Option<TokenOptions>,
) -> Option<Outcome<bool>> {
    let convert = |verified| Ok(is_valid(verified)?);
    with_cached_keys(client, &token, &validation(options, now), convert)
}

/// Validates a token in the background and fetches keys if necessary. The output is the claims as
/// JSON text.
#[napi]
pub(crate) fn validate(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    token: String,
    now: f64,
    options: Option<TokenOptions>,
) -> Option<Failure> {
    let (client, validation) = (Client::clone(client), validation(options, now));
    let task = async move {
        let verified = client.validate_token(&token, &validation).await?;
        claims(verified)
    };
    start(mailbox, id, task)
}

/// Fetches the keys unless fresh keys are cached.
#[napi]
pub(crate) fn refresh_keys(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    start(mailbox, id, tokens::refresh_keys(Client::clone(client)))
}

/// Converts options to the core's type. `now` is in milliseconds since 1970.
fn validation(options: Option<TokenOptions>, now: f64) -> TokenValidation {
    let options = options.unwrap_or_default();
    let issuers = options.issuer.map(|issuer| vec![issuer]);
    let scopes = options.required_scopes.unwrap_or_default();
    checks(issuers, options.audience, scopes, Some(clock(now)))
}

fn with_cached_keys<T>(
    client: &Client,
    token: &str,
    checks: &TokenValidation,
    convert: impl FnOnce(Result<VerifiedToken, Error>) -> Result<T, BindingError>,
) -> Option<Outcome<T>> {
    optional(|| {
        let verified = tokens::validate_cached(client, token, checks, |check| check.run())?;
        verified.map(convert).transpose()
    })
}

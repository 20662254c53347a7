//! Token validation: synchronous if the keys are cached, otherwise in the background.

use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::tokens::{self, TokenValidation, VerifiedToken, checks, is_valid};
use scalekit_bindings::{BindingError, Client, Error};

use crate::failure::Failure;
use crate::guard::{Outcome, failure, outcome};
use crate::mailbox::{Mailbox, Output, start};
use crate::options::clock;

/// Requirements of a token validation.
#[napi(object, object_to_js = false)]
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
        Ok(Output::Text(claims(verified)?))
    };
    failure(|| start(mailbox, id, task))
}

/// Fetches the keys unless fresh keys are cached.
#[napi]
pub(crate) fn refresh_keys(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    let client = Client::clone(client);
    let task = async move { Ok(client.refresh_keys().await.map(|()| Output::Empty)?) };
    failure(|| start(mailbox, id, task))
}

/// Converts options to the core's type. `now` is in milliseconds since 1970.
fn validation(options: Option<TokenOptions>, now: f64) -> TokenValidation {
    let as_of = Some(clock(now));
    match options {
        Some(TokenOptions {
            issuer,
            audience,
            required_scopes,
        }) => {
            let issuers = issuer.map(|issuer| vec![issuer]);
            checks(
                issuers,
                audience,
                required_scopes.unwrap_or_default(),
                as_of,
            )
        }
        None => checks(None, None, Vec::new(), as_of),
    }
}

fn with_cached_keys<T>(
    client: &Client,
    token: &str,
    validation: &TokenValidation,
    convert: impl FnOnce(Result<VerifiedToken, Error>) -> Result<T, BindingError>,
) -> Option<Outcome<T>> {
    let outcome = outcome(|| {
        let verified =
            tokens::validate_cached(client, token, validation, |validation| validation.run())?;
        verified.map(convert).transpose()
    });
    match outcome {
        Either::A(value) => value.map(Either::A),
        Either::B(failure) => Some(Either::B(failure)),
    }
}

/// Returns the claims of a token as JSON text.
fn claims(verified: VerifiedToken) -> Result<String, BindingError> {
    String::from_utf8(verified.payload().to_vec()).map_err(BindingError::internal)
}

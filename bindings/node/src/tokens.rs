//! Token validation: synchronous if the keys are cached, otherwise in the background.

use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit::token::{TokenValidation, VerifiedToken};
use scalekit::{Client, Error, ErrorKind};

use crate::failure::{AddonError, Failure};
use crate::mailbox::{Mailbox, Output, start};
use crate::options::clock;
use crate::{guard, runtime};

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

/// Converts options to the core's type. `now` is in milliseconds since 1970.
fn validation(options: Option<TokenOptions>, now: f64) -> TokenValidation {
    let as_of = Some(clock(now));
    let Some(options) = options else {
        return TokenValidation {
            as_of,
            ..TokenValidation::default()
        };
    };
    TokenValidation {
        issuer: options.issuer.map(|issuer| vec![issuer]),
        audience: options.audience,
        required_scopes: options.required_scopes.unwrap_or_default(),
        as_of,
        ..TokenValidation::default()
    }
}

/// Validates a token with cached keys. Returns its claims as JSON text, or a failure. Returns
/// `None` if keys must be fetched first.
#[napi]
pub(crate) fn validate_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    options: Option<TokenOptions>,
) -> Option<Either<String, Failure>> {
    let validated = guard::run(|| {
        match validate_with_cached_keys(client, &token, &validation(options, now))? {
            Some(verified) => Ok(Some(claims(verified?)?)),
            None => Ok(None),
        }
    });
    match validated {
        Ok(claims) => claims.map(Either::A),
        Err(error) => Some(Either::B(error.into())),
    }
}

/// Returns whether a token is valid, or a failure if the validation could not be performed. Returns
/// `None` if keys must be fetched first.
#[napi]
pub(crate) fn is_valid_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    options: Option<TokenOptions>,
) -> Option<Either<bool, Failure>> {
    let validated = guard::run(|| {
        match validate_with_cached_keys(client, &token, &validation(options, now))? {
            Some(Err(error)) if error.kind() != ErrorKind::InvalidToken => Err(error.into()),
            verified => Ok(verified.map(|verified| verified.is_ok())),
        }
    });
    match validated {
        Ok(valid) => valid.map(Either::A),
        Err(error) => Some(Either::B(error.into())),
    }
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
    start(mailbox, id, task)
}

/// Fetches the keys unless fresh keys are cached.
#[napi]
pub(crate) fn refresh_keys(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    let client = Client::clone(client);
    let task = async move {
        client.refresh_keys().await?;
        Ok(Output::Empty)
    };
    start(mailbox, id, task)
}

/// Validates a token with cached keys. Stale keys are used and refreshed in the background.
fn validate_with_cached_keys(
    client: &Client,
    token: &str,
    validation: &TokenValidation,
) -> Result<Option<Result<VerifiedToken, Error>>, AddonError> {
    if !client.keys_are_stale() {
        return Ok(client.try_validate_cached(token, validation));
    }
    // The refresh is spawned on the tokio runtime.
    let _context = runtime::handle()?.enter();
    Ok(client.try_validate_cached(token, validation))
}

/// Returns the claims of a token as JSON text.
fn claims(verified: VerifiedToken) -> Result<String, AddonError> {
    String::from_utf8(verified.payload().to_vec()).map_err(AddonError::internal)
}

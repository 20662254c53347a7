//! Tokens: with the keys at hand on the spot, else in the background.

use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit::token::{TokenValidation, VerifiedToken};
use scalekit::{Client, Error, ErrorKind};

use crate::failure::{Failure, Fault};
use crate::mailbox::{Answer, Mailbox, start};
use crate::options::clock;
use crate::{guard, runtime};

/// What a token is asked to have.
#[napi(object, object_to_js = false)]
pub(crate) struct Checks {
    /// `iss`.
    pub issuer: Option<String>,
    /// One of these in `aud`.
    pub audience: Option<Vec<String>>,
    /// All of these.
    pub required_scopes: Option<Vec<String>>,
}

/// As of `now`, in milliseconds since 1970.
fn validation(checks: Option<Checks>, now: f64) -> TokenValidation {
    let as_of = Some(clock(now));
    let Some(checks) = checks else {
        return TokenValidation {
            as_of,
            ..TokenValidation::default()
        };
    };
    TokenValidation {
        issuer: checks.issuer.map(|issuer| vec![issuer]),
        audience: checks.audience,
        required_scopes: checks.required_scopes.unwrap_or_default(),
        as_of,
        ..TokenValidation::default()
    }
}

/// The claims as JSON text, or why the token was refused; nothing if keys have to be fetched first.
#[napi]
pub(crate) fn validate_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    checks: Option<Checks>,
) -> Option<Either<String, Failure>> {
    let validated = guard::now(|| match at_once(client, &token, &validation(checks, now))? {
        Some(verified) => Ok(Some(claims(verified?)?)),
        None => Ok(None),
    });
    match validated {
        Ok(claims) => claims.map(Either::A),
        Err(fault) => Some(Either::B(fault.into())),
    }
}

/// Whether a token is valid, or why that cannot be told; nothing if keys have to be fetched first.
#[napi]
pub(crate) fn is_valid_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    checks: Option<Checks>,
) -> Option<Either<bool, Failure>> {
    let validated = guard::now(|| match at_once(client, &token, &validation(checks, now))? {
        Some(Err(error)) if error.kind() != ErrorKind::InvalidToken => Err(error.into()),
        verified => Ok(verified.map(|verified| verified.is_ok())),
    });
    match validated {
        Ok(valid) => valid.map(Either::A),
        Err(fault) => Some(Either::B(fault.into())),
    }
}

/// Validates and fetches the keys first if need be; the answer is the claims as JSON text.
#[napi]
pub(crate) fn validate(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    token: String,
    now: f64,
    checks: Option<Checks>,
) -> Option<Failure> {
    let (client, checks) = (Client::clone(client), validation(checks, now));
    let work = async move {
        let verified = client.validate_token(&token, &checks).await?;
        Ok(Answer::Text(claims(verified)?))
    };
    start(mailbox, id, work)
}

/// Fetches the keys unless there are fresh ones.
#[napi]
pub(crate) fn refresh_keys(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    let client = Client::clone(client);
    let work = async move {
        client.refresh_keys().await?;
        Ok(Answer::Nothing)
    };
    start(mailbox, id, work)
}

/// Stale keys are still good, and renewed in the background.
fn at_once(
    client: &Client,
    token: &str,
    checks: &TokenValidation,
) -> Result<Option<Result<VerifiedToken, Error>>, Fault> {
    if !client.keys_are_stale() {
        return Ok(client.try_validate_cached(token, checks));
    }
    let _inside = runtime::handle()?.enter();
    Ok(client.try_validate_cached(token, checks))
}

fn claims(verified: VerifiedToken) -> Result<String, Fault> {
    String::from_utf8(verified.payload().to_vec()).map_err(Fault::internal)
}

//! Token validation: synchronous if the keys are cached, otherwise in the background.

use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::Client;
use scalekit_bindings::tokens::{self, TokenValidation, checks, is_valid};

use crate::failure::Failure;
use crate::guard::{Outcome, optional};
use crate::mailbox::{Mailbox, start};
use crate::options::clock;

/// Requirements of a token validation.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub(crate) struct TokenOptions {
    pub issuer: Option<String>,
    /// Accepted audiences: `aud` must contain one of them.
    pub audience: Option<Vec<String>>,
    pub required_scopes: Option<Vec<String>>,
}

/// Validates a token with cached keys. Returns its claims as JSON text or, without `claims`, whether
/// it is valid. Returns a failure if the validation could not be performed, and `None` if keys must
/// be fetched first.
#[napi]
pub(crate) fn validate_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    options: Option<TokenOptions>,
    claims: bool,
) -> Option<Outcome<Either<String, bool>>> {
    optional(|| {
        let checks = validation(options, now);
        let verified = tokens::validate_cached(client, &token, &checks, |check| check.run())?;
        let convert = |verified| match claims {
            true => tokens::claims(verified?).map(Either::A),
            false => Ok(Either::B(is_valid(verified)?)),
        };
        verified.map(convert).transpose()
    })
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
        tokens::claims(verified)
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

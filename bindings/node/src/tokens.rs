//! Token validation: synchronous if the keys are cached, otherwise in the background.

use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::Client;
use scalekit_bindings::tokens::{self, Requirements, checks, is_valid};

use crate::failure::Failure;
use crate::guard::{Outcome, optional};
use crate::mailbox::{Mailbox, start};
use crate::options::clock;

/// Validates a token with cached keys. Returns its claims as JSON text or, without `claims`, whether
/// it is valid. Returns a failure if the validation could not be performed, and `None` if keys must
/// be fetched first.
#[napi]
pub(crate) fn validate_cached(
    client: &External<Client>,
    token: String,
    now: f64,
    requirements: Option<Requirements>,
    claims: bool,
) -> Option<Outcome<Either<String, bool>>> {
    optional(|| {
        let checks = checks(requirements.unwrap_or_default(), Some(clock(now)));
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
    requirements: Option<Requirements>,
) -> Option<Failure> {
    let client = Client::clone(client);
    let checks = checks(requirements.unwrap_or_default(), Some(clock(now)));
    let task = async move {
        let verified = client.validate_token(&token, &checks).await?;
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

//! Requests to the token endpoint, and PKCE. Most outputs are JSON text.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::language::NODE;
use scalekit_bindings::options::pkce_length;
use scalekit_bindings::{Client, login, tokens};

use crate::failure::Failure;
use crate::guard::{Outcome, outcome};
use crate::mailbox::{Mailbox, start};
use crate::options::{AnyValue, given};

/// Requests tokens with an OAuth 2.0 grant; see [`login::request_token`].
#[napi]
pub(crate) fn request_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    grant: String,
    arguments: Vec<Option<String>>,
) -> Option<Failure> {
    let task = login::request_token(Client::clone(client), grant, arguments);
    start(mailbox, id, task)
}

/// Returns the access token that the client uses for its calls.
#[napi]
pub(crate) fn own_client_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    let task = login::client_access_token(Client::clone(client));
    start(mailbox, id, task)
}

/// Generates a PKCE verifier and its S256 challenge.
#[napi]
pub(crate) fn generate_pkce(length: Option<AnyValue<'_>>) -> Outcome<Vec<String>> {
    outcome(|| {
        let length = length.map(|length| pkce_length(&NODE, given(length)));
        Ok(tokens::pkce(length.transpose()?)?.into())
    })
}

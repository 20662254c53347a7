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

/// Exchanges a code for tokens and verifies the ID token.
#[napi]
pub(crate) fn authenticate_with_code(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    code: String,
    redirect_uri: String,
    code_verifier: Option<String>,
) -> Option<Failure> {
    let client = Client::clone(client);
    let task = login::authenticate_with_code(client, code, redirect_uri, code_verifier);
    start(mailbox, id, task)
}

/// Exchanges a refresh token for new tokens.
#[napi]
pub(crate) fn refresh_access_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    refresh_token: String,
) -> Option<Failure> {
    let task = login::refresh_access_token(Client::clone(client), refresh_token);
    start(mailbox, id, task)
}

/// Requests an access token with the credentials of a machine client.
#[napi]
pub(crate) fn client_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    client_id: String,
    client_secret: String,
    scopes: Vec<String>,
) -> Option<Failure> {
    let client = Client::clone(client);
    let task = login::generate_client_token(client, client_id, client_secret, scopes);
    start(mailbox, id, task)
}

/// Returns the access token that the client uses for its calls.
#[napi]
pub(crate) fn own_client_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    start(
        mailbox,
        id,
        login::client_access_token(Client::clone(client)),
    )
}

/// Generates a PKCE verifier and its S256 challenge.
#[napi]
pub(crate) fn generate_pkce(length: Option<AnyValue<'_>>) -> Outcome<Vec<String>> {
    outcome(|| {
        let length = length.map(|length| pkce_length(&NODE, given(length)));
        Ok(tokens::pkce(length.transpose()?)?.into())
    })
}

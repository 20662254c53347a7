//! Requests to the token endpoint, and PKCE. Most outputs are JSON text.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::language::NODE;
use scalekit_bindings::options::pkce_length;
use scalekit_bindings::{BindingError, Client, CodeOptions, Secret, tokens};
use serde::Serialize;

use crate::failure::Failure;
use crate::guard::{Outcome, failure, outcome};
use crate::mailbox::{Mailbox, Output, start};
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
    let (client, code_verifier) = (Client::clone(client), code_verifier.map(Secret::from));
    let task = async move {
        let mut options = CodeOptions::new();
        options.code_verifier = code_verifier;
        json(
            &client
                .authenticate_with_code(&code, &redirect_uri, &options)
                .await?,
        )
    };
    failure(|| start(mailbox, id, task))
}

/// Exchanges a refresh token for new tokens.
#[napi]
pub(crate) fn refresh_access_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    refresh_token: String,
) -> Option<Failure> {
    let client = Client::clone(client);
    let task = async move { json(&client.refresh_access_token(&refresh_token).await?) };
    failure(|| start(mailbox, id, task))
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
    let (client, secret) = (Client::clone(client), Secret::from(client_secret));
    let task = async move {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let token = client
            .generate_client_token(&client_id, secret.expose(), &scopes)
            .await?;
        Ok(Output::Text(token.access_token))
    };
    failure(|| start(mailbox, id, task))
}

/// Returns the access token that the client uses for its calls.
#[napi]
pub(crate) fn own_client_token(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
) -> Option<Failure> {
    let client = Client::clone(client);
    let task = async move { Ok(Output::Text(client.client_access_token().await?)) };
    failure(|| start(mailbox, id, task))
}

/// Generates a PKCE verifier and its S256 challenge.
#[napi]
pub(crate) fn generate_pkce(length: Option<AnyValue<'_>>) -> Outcome<Vec<String>> {
    outcome(|| {
        let length = length.map(|length| pkce_length(&NODE, given(length)));
        Ok(tokens::pkce(length.transpose()?)?.into())
    })
}

fn json(value: &impl Serialize) -> Result<Output, BindingError> {
    serde_json::to_string(value)
        .map(Output::Text)
        .map_err(BindingError::internal)
}

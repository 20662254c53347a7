//! Requests to the token endpoint. Most outputs are JSON text.

use std::future::Future;

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit::oauth::{CodeOptions, Pkce};
use scalekit::{Client, Error, Secret};
use serde::Serialize;

use crate::failure::{AddonError, Failure};
use crate::guard::{self, Outcome};
use crate::mailbox::{Mailbox, Output, start};

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
    let options = CodeOptions {
        code_verifier: code_verifier.map(Secret::from),
    };
    let task = async move {
        client
            .authenticate_with_code(&code, &redirect_uri, &options)
            .await
    };
    start(mailbox, id, json(task))
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
    let task = async move { client.refresh_access_token(&refresh_token).await };
    start(mailbox, id, json(task))
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
    let client_secret = Secret::from(client_secret);
    let task = async move {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let token = client
            .generate_client_token(&client_id, client_secret.expose(), &scopes)
            .await?;
        Ok(Output::Text(token.access_token))
    };
    start(mailbox, id, task)
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
    start(mailbox, id, task)
}

/// Generates a PKCE verifier and its S256 challenge.
#[napi]
pub(crate) fn generate_pkce(length: u32) -> Outcome<Vec<String>> {
    guard::outcome(|| {
        let pair = Pkce::with_length(length as usize)?;
        Ok(vec![
            pair.verifier().to_owned(),
            pair.challenge().to_owned(),
        ])
    })
}

/// Awaits a result and serializes it to JSON.
async fn json<T: Serialize>(
    call: impl Future<Output = Result<T, Error>>,
) -> Result<Output, AddonError> {
    let text = serde_json::to_string(&call.await?);
    text.map(Output::Text).map_err(AddonError::internal)
}

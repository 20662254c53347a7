//! Requests to the token endpoint. Results are JSON text.

use scalekit::oauth::CodeOptions;
use scalekit::{Client, Secret};
use serde::Serialize;

use crate::failure::BindingError;

/// Exchanges a code for tokens and verifies the ID token.
///
/// # Errors
/// The errors of [`Client::authenticate_with_code`].
pub async fn authenticate_with_code(
    client: Client,
    code: String,
    redirect_uri: String,
    code_verifier: Option<String>,
) -> Result<String, BindingError> {
    let mut options = CodeOptions::new();
    options.code_verifier = code_verifier.map(Secret::from);
    let result = client.authenticate_with_code(&code, &redirect_uri, &options);
    json(&result.await?)
}

/// Exchanges a refresh token for new tokens.
///
/// # Errors
/// The errors of [`Client::refresh_access_token`].
pub async fn refresh_access_token(
    client: Client,
    refresh_token: String,
) -> Result<String, BindingError> {
    json(&client.refresh_access_token(&refresh_token).await?)
}

/// Requests an access token with the credentials of a machine client.
///
/// # Errors
/// The errors of [`Client::generate_client_token`].
pub async fn generate_client_token(
    client: Client,
    client_id: String,
    client_secret: String,
    scopes: Vec<String>,
) -> Result<String, BindingError> {
    let secret = Secret::from(client_secret);
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let token = client.generate_client_token(&client_id, secret.expose(), &scopes);
    json(&token.await?)
}

/// Returns the access token that the client uses for its calls, not as JSON.
///
/// # Errors
/// The errors of [`Client::client_access_token`].
pub async fn client_access_token(client: Client) -> Result<String, BindingError> {
    Ok(client.client_access_token().await?)
}

fn json(value: &impl Serialize) -> Result<String, BindingError> {
    serde_json::to_string(value).map_err(BindingError::internal)
}

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

/// Requests tokens with an OAuth 2.0 grant. Returns JSON.
///
/// - `authorization_code`: the code, the redirect URI and the PKCE verifier
/// - `refresh_token`: the refresh token
/// - `client_credentials`: the id and the secret of a machine client, and its scopes
///
/// # Errors
/// The errors of the functions above, and an unknown grant or wrong number of arguments.
pub async fn request_token(
    client: Client,
    grant: String,
    arguments: Vec<Option<String>>,
) -> Result<String, BindingError> {
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().flatten();
    match (grant.as_str(), next(), next(), next()) {
        ("authorization_code", Some(code), Some(redirect_uri), verifier) => {
            authenticate_with_code(client, code, redirect_uri, verifier).await
        }
        ("refresh_token", Some(token), None, None) => refresh_access_token(client, token).await,
        ("client_credentials", Some(id), Some(secret), Some(scopes)) => {
            let scopes = scopes.split_whitespace().map(str::to_owned).collect();
            generate_client_token(client, id, secret, scopes).await
        }
        _ => Err(BindingError::internal("invalid arguments of a grant")),
    }
}

fn json(value: &impl Serialize) -> Result<String, BindingError> {
    serde_json::to_string(value).map_err(BindingError::internal)
}

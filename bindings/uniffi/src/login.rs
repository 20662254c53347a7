//! Login: code exchange, refresh, client tokens and PKCE. `Debug` output contains no tokens.

use std::fmt;
use std::sync::Arc;

use scalekit_bindings::tokens::Pkce;
use scalekit_bindings::{BindingError, CodeOptions, Secret, guard};

use crate::cancellation::Cancellation;
use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::task;

/// The result of a login.
#[derive(Clone, uniffi::Record)]
pub struct LoginTokens {
    /// The profile of the user, as a JSON object with camelCase names.
    pub user: Vec<u8>,
    /// The verified ID token.
    pub id_token: Option<String>,
    /// The access token.
    pub access_token: String,
    /// The refresh token, if the scope `offline_access` was requested.
    pub refresh_token: Option<String>,
    /// The connection that the user signed in through.
    pub connection_id: Option<String>,
    /// The organization that the user signed in to.
    pub organization_id: Option<String>,
    /// The lifetime of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// The result of a refresh.
#[derive(Clone, uniffi::Record)]
pub struct RefreshedTokens {
    /// The new access token.
    pub access_token: String,
    /// The next refresh token.
    pub refresh_token: String,
    /// A new ID token, not verified.
    pub id_token: Option<String>,
    /// The lifetime of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// An access token of a machine client.
#[derive(Clone, uniffi::Record)]
pub struct MachineToken {
    /// The access token.
    pub access_token: String,
    /// Its lifetime in seconds.
    pub expires_in: Option<i64>,
    /// The granted scopes, separated by spaces.
    pub scope: Option<String>,
}

/// The claims of a login that started at the identity provider's portal.
#[derive(Clone, Debug, uniffi::Record)]
pub struct IdpInitiatedLogin {
    /// The user's connection.
    pub connection_id: String,
    /// The organization of the connection.
    pub organization_id: String,
    /// The user's login name.
    pub login_hint: Option<String>,
    /// The identity provider's relay state.
    pub relay_state: Option<String>,
}

/// A PKCE verifier and its S256 challenge.
#[derive(Clone, uniffi::Record)]
pub struct PkcePair {
    /// `code_verifier` of the code exchange.
    pub verifier: String,
    /// `code_challenge` of the authorization URL.
    pub challenge: String,
    /// `code_challenge_method` of the authorization URL.
    pub method: String,
}

#[uniffi::export]
impl NativeClient {
    /// Exchanges a code for tokens and verifies the ID token.
    ///
    /// # Errors
    /// The service rejects the code, the ID token is invalid, or the network fails.
    pub async fn authenticate_with_code(
        &self,
        code: String,
        redirect_uri: String,
        code_verifier: Option<String>,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<LoginTokens, NativeError> {
        let client = self.core.clone();
        let mut options = CodeOptions::new();
        options.code_verifier = code_verifier.map(Secret::from);
        let exchange = async move {
            let result = client
                .authenticate_with_code(&code, &redirect_uri, &options)
                .await?;
            let user = serde_json::to_vec(&result.user).map_err(BindingError::internal)?;
            Ok(LoginTokens {
                user,
                id_token: result.id_token,
                access_token: result.access_token,
                refresh_token: result.refresh_token,
                connection_id: result.connection_id,
                organization_id: result.organization_id,
                expires_in: result.expires_in,
            })
        };
        task::run("authenticate_with_code", cancellation, exchange).await
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// The service rejects the token, or the network fails.
    pub async fn refresh_access_token(
        &self,
        refresh_token: String,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<RefreshedTokens, NativeError> {
        let client = self.core.clone();
        let exchange = async move {
            let result = client.refresh_access_token(&refresh_token).await?;
            Ok(RefreshedTokens {
                access_token: result.access_token,
                refresh_token: result.refresh_token,
                id_token: result.id_token,
                expires_in: result.expires_in,
            })
        };
        task::run("refresh_access_token", cancellation, exchange).await
    }

    /// Requests an access token with the credentials of a machine client.
    ///
    /// # Errors
    /// The service rejects the request, or the network fails.
    pub async fn generate_client_token(
        &self,
        client_id: String,
        client_secret: String,
        scopes: Vec<String>,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<MachineToken, NativeError> {
        let client = self.core.clone();
        let secret = Secret::from(client_secret);
        let exchange = async move {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            let token = client
                .generate_client_token(&client_id, secret.expose(), &scopes)
                .await?;
            Ok(MachineToken {
                access_token: token.access_token,
                expires_in: token.expires_in,
                scope: token.scope,
            })
        };
        task::run("generate_client_token", cancellation, exchange).await
    }

    /// Returns the access token that the client uses for its calls.
    ///
    /// # Errors
    /// The service rejects the credentials, or the network fails.
    pub async fn client_access_token(
        &self,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<String, NativeError> {
        let client = self.core.clone();
        let exchange = async move { Ok(client.client_access_token().await?) };
        task::run("client_access_token", cancellation, exchange).await
    }
}

/// Generates a PKCE verifier of `length` characters, 43 to 128, and its S256 challenge.
///
/// # Errors
/// `length` is out of range, or the operating system returns no random numbers.
#[uniffi::export]
pub fn generate_pkce(length: u32) -> Result<PkcePair, NativeError> {
    guard::run(|| Ok(Pkce::with_length(length as usize)?.into()))
}

/// Returns the S256 challenge of an existing PKCE verifier.
///
/// # Errors
/// The verifier has a wrong length or invalid characters.
#[uniffi::export]
pub fn pkce_from_verifier(verifier: String) -> Result<PkcePair, NativeError> {
    guard::run(|| Ok(Pkce::from_verifier(verifier)?.into()))
}

impl From<Pkce> for PkcePair {
    fn from(pair: Pkce) -> Self {
        Self {
            verifier: pair.verifier().to_owned(),
            challenge: pair.challenge().to_owned(),
            method: Pkce::METHOD.to_owned(),
        }
    }
}

impl fmt::Debug for LoginTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginTokens")
            .field("connection_id", &self.connection_id)
            .field("organization_id", &self.organization_id)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshedTokens")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MachineToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineToken")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PkcePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PkcePair")
            .field("challenge", &self.challenge)
            .finish_non_exhaustive()
    }
}

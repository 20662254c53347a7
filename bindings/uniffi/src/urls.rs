//! Authorization and logout URLs.

use scalekit_bindings::guard;
use scalekit_bindings::language::KOTLIN;
use scalekit_bindings::urls::{self, AuthorizationUrlOptions, LogoutUrlOptions};

use crate::client::NativeClient;
use crate::failure::NativeError;

/// Parameters of an authorization URL. Empty values are left out.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct AuthorizationParameters {
    /// `scope`. Default if empty: `openid profile email`.
    #[uniffi(default)]
    pub scopes: Vec<String>,
    /// `state`.
    #[uniffi(default)]
    pub state: Option<String>,
    /// `nonce`.
    #[uniffi(default)]
    pub nonce: Option<String>,
    /// `login_hint`.
    #[uniffi(default)]
    pub login_hint: Option<String>,
    /// `domain_hint`.
    #[uniffi(default)]
    pub domain_hint: Option<String>,
    /// `connection_id`.
    #[uniffi(default)]
    pub connection_id: Option<String>,
    /// `organization_id`.
    #[uniffi(default)]
    pub organization_id: Option<String>,
    /// `provider`.
    #[uniffi(default)]
    pub provider: Option<String>,
    /// `prompt`.
    #[uniffi(default)]
    pub prompt: Option<String>,
    /// `code_challenge`.
    #[uniffi(default)]
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    #[uniffi(default)]
    pub code_challenge_method: Option<String>,
}

/// Parameters of a logout URL. Empty values are left out.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct LogoutParameters {
    /// `id_token_hint`.
    #[uniffi(default)]
    pub id_token_hint: Option<String>,
    /// `post_logout_redirect_uri`.
    #[uniffi(default)]
    pub post_logout_redirect_uri: Option<String>,
    /// `state`.
    #[uniffi(default)]
    pub state: Option<String>,
}

#[uniffi::export]
impl NativeClient {
    /// Returns the URL that starts a login.
    ///
    /// # Errors
    /// Never fails.
    pub fn authorization_url(
        &self,
        redirect_uri: String,
        parameters: AuthorizationParameters,
    ) -> Result<String, NativeError> {
        guard::run(|| {
            let mut options = AuthorizationUrlOptions::new().scopes(parameters.scopes);
            options.state = parameters.state;
            options.nonce = parameters.nonce;
            options.login_hint = parameters.login_hint;
            options.domain_hint = parameters.domain_hint;
            options.connection_id = parameters.connection_id;
            options.organization_id = parameters.organization_id;
            options.provider = parameters.provider;
            options.prompt = parameters.prompt;
            options.code_challenge = parameters.code_challenge;
            options.code_challenge_method = parameters.code_challenge_method;
            Ok(urls::authorization_url(
                &self.core,
                &KOTLIN,
                &redirect_uri,
                &options,
            ))
        })
    }

    /// Returns the URL that ends a session.
    ///
    /// # Errors
    /// Never fails.
    pub fn logout_url(&self, parameters: LogoutParameters) -> Result<String, NativeError> {
        guard::run(|| {
            let mut options = LogoutUrlOptions::new();
            options.id_token_hint = parameters.id_token_hint;
            options.post_logout_redirect_uri = parameters.post_logout_redirect_uri;
            options.state = parameters.state;
            Ok(urls::logout_url(&self.core, &KOTLIN, &options))
        })
    }
}

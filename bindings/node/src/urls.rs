//! Authorization and logout URLs. Spaces are encoded as `%20`.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit::Client;
use scalekit::oauth::{AuthorizationUrlOptions, LogoutUrlOptions, UrlStyle};

use crate::guard::{self, Outcome};

/// Parameters of an authorization URL.
#[napi(object, object_to_js = false)]
pub(crate) struct Authorization {
    /// `scope`.
    pub scopes: Option<Vec<String>>,
    /// `state`.
    pub state: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// `login_hint`.
    pub login_hint: Option<String>,
    /// `domain_hint` and `domain`.
    pub domain_hint: Option<String>,
    /// `connection_id`.
    pub connection_id: Option<String>,
    /// `organization_id`.
    pub organization_id: Option<String>,
    /// `provider`.
    pub provider: Option<String>,
    /// `prompt`.
    pub prompt: Option<String>,
    /// `code_challenge`.
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
}

/// Parameters of a logout URL.
#[napi(object, object_to_js = false)]
pub(crate) struct Logout {
    /// `id_token_hint`.
    pub id_token_hint: Option<String>,
    /// `post_logout_redirect_uri`.
    pub post_logout_redirect_uri: Option<String>,
    /// `state`.
    pub state: Option<String>,
}

/// Returns the URL that starts a login.
#[napi]
pub(crate) fn authorization_url(
    client: &External<Client>,
    redirect_uri: String,
    options: Authorization,
) -> Outcome<String> {
    guard::outcome(|| {
        let options = AuthorizationUrlOptions {
            scopes: options.scopes.unwrap_or_default(),
            state: options.state,
            nonce: options.nonce,
            login_hint: options.login_hint,
            domain_hint: options.domain_hint,
            connection_id: options.connection_id,
            organization_id: options.organization_id,
            provider: options.provider,
            prompt: options.prompt,
            code_challenge: options.code_challenge,
            code_challenge_method: options.code_challenge_method,
            ..AuthorizationUrlOptions::default()
        };
        Ok(client.authorization_url_in(UrlStyle::Percent, &redirect_uri, &options))
    })
}

/// Returns the URL that ends a session.
#[napi]
pub(crate) fn logout_url(client: &External<Client>, options: Logout) -> Outcome<String> {
    guard::outcome(|| {
        let options = LogoutUrlOptions {
            id_token_hint: options.id_token_hint,
            post_logout_redirect_uri: options.post_logout_redirect_uri,
            state: options.state,
        };
        Ok(client.logout_url_in(UrlStyle::Percent, &options))
    })
}

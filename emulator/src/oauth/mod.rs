//! OAuth 2.0 and OpenID Connect.

mod accounts;
mod authorization;
mod authorize;
mod claims;
mod client;
mod consent;
mod error;
mod flow;
mod grants;
mod intercept;
mod login;
mod logout;
mod mail_steps;
mod mailed;
mod pkce;
mod portal;
mod prompt;
mod screens;
mod signup;
mod sso;
mod steps;
mod token;
mod userinfo;

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL,
};
use http::{Method, StatusCode};
use serde_json::json;

pub(crate) use claims::{IdpInitiated, idp_initiated_token};
pub(crate) use error::OAuthError;
pub(crate) use grants::Grants;

use crate::app::App;
use crate::engine::NoMatch;
use crate::http::{Reply, Request};
use crate::state::PORTAL;

/// An endpoint beside the API's operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Token,
    Keys,
    Logout,
    Discovery,
    UserInfo,
    AccountLink,
    AccountDone,
    Portal,
}

const ENDPOINTS: [(Endpoint, &str, &str); 9] = [
    (Endpoint::Authorize, "oauth.authorize", "/oauth/authorize"),
    (Endpoint::Token, "oauth.token", "/oauth/token"),
    (Endpoint::Keys, "oauth.keys", "/keys"),
    (Endpoint::Logout, "oauth.logout", "/oidc/logout"),
    (
        Endpoint::Discovery,
        "oauth.discovery",
        "/.well-known/openid-configuration",
    ),
    (Endpoint::UserInfo, "oauth.userinfo", "/userinfo"),
    (
        Endpoint::AccountLink,
        "connected_accounts.authorize",
        "/connected_accounts/authorize",
    ),
    (
        Endpoint::AccountDone,
        "connected_accounts.done",
        "/connected_accounts/done",
    ),
    (Endpoint::Portal, "portal", PORTAL),
];

impl Endpoint {
    /// The name in the request log and in faults.
    pub(crate) fn name(self) -> &'static str {
        ENDPOINTS
            .iter()
            .find(|(endpoint, ..)| *endpoint == self)
            .map_or("", |(_, name, _)| name)
    }

    fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Token => &["POST"],
            Self::Keys | Self::Discovery | Self::AccountLink | Self::AccountDone | Self::Portal => &["GET"],
            Self::Authorize | Self::Logout | Self::UserInfo => &["GET", "POST"],
        }
    }

    /// Whether pages of other origins call it: what they need is in the request, never in a cookie.
    fn is_shared(self) -> bool {
        matches!(self, Self::Token | Self::Keys | Self::Discovery | Self::UserInfo)
    }

    /// Lets pages of any origin read an answer, be it an error, where that is meant (OpenID Connect Core 1.0, section
    /// 5.3).
    pub(crate) fn share(self, reply: Reply) -> Reply {
        if self.is_shared() {
            reply.header(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        } else {
            reply
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        ENDPOINTS
            .iter()
            .find(|(_, known, _)| *known == name)
            .map(|(endpoint, ..)| *endpoint)
    }
}

/// The endpoint with this method and path.
///
/// # Errors
/// None of an endpoint, or the methods that the endpoint with this path has.
pub(crate) fn find(method: &str, path: &str) -> Result<Endpoint, NoMatch> {
    let known = ENDPOINTS.iter().find(|(_, _, known)| fits(known, path));
    let (endpoint, ..) = known.ok_or(NoMatch::Path)?;
    let methods = endpoint.methods();
    if methods.contains(&method) {
        Ok(*endpoint)
    } else {
        Err(NoMatch::Method(methods.to_vec()))
    }
}

/// Whether a path is an endpoint's. After a slash at the end of `known`, one segment follows.
fn fits(known: &str, path: &str) -> bool {
    match path.strip_prefix(known) {
        Some(rest) if known.ends_with('/') => !rest.is_empty() && !rest.contains('/'),
        Some(rest) => rest.is_empty(),
        None => false,
    }
}

/// The answer to a browser that asks whether a page of another origin may send its request (the CORS protocol).
pub(crate) fn preflight(request: &Request) -> Option<Reply> {
    let (endpoint, ..) = ENDPOINTS.iter().find(|(_, _, known)| *known == request.path)?;
    (request.method == Method::OPTIONS && endpoint.is_shared()).then(|| {
        endpoint
            .share(Reply::empty(StatusCode::NO_CONTENT))
            .header(ACCESS_CONTROL_ALLOW_METHODS, &endpoint.methods().join(", "))
            .header(ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
            .header(ACCESS_CONTROL_MAX_AGE, "300")
    })
}

pub(crate) async fn answer(app: &Arc<App>, endpoint: Endpoint, request: &Request) -> Reply {
    let answered = match endpoint {
        Endpoint::Authorize => authorize::answer(app, request).await,
        Endpoint::Token => token::answer(app, request).await,
        Endpoint::Keys => app
            .keys
            .set()
            .await
            .map(|set| public(Reply::json(StatusCode::OK, &set))),
        Endpoint::Logout => logout::answer(app, request),
        Endpoint::Discovery => Ok(discovery(app)),
        Endpoint::UserInfo => userinfo::answer(app, request),
        Endpoint::AccountLink => accounts::authorize(app, request),
        Endpoint::AccountDone => accounts::done(),
        Endpoint::Portal => portal::answer(app, request),
    };
    answered.unwrap_or_else(|error| Reply::text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")))
}

/// Metadata may be kept for a while.
fn public(reply: Reply) -> Reply {
    reply.header(CACHE_CONTROL, "public, max-age=300")
}

/// OpenID Connect Discovery 1.0, section 3.
fn discovery(app: &App) -> Reply {
    let url = &app.url;
    let document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/oauth/authorize"),
        "token_endpoint": format!("{url}/oauth/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "end_session_endpoint": format!("{url}/oidc/logout"),
        "jwks_uri": format!("{url}/keys"),
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "azp", "at_hash", "c_hash", "sid", "oid",
            "name", "given_name", "family_name", "preferred_username", "picture", "locale", "phone_number", "email",
            "email_verified",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    });
    public(Reply::json(StatusCode::OK, &document))
}

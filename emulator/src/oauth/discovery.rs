//! Discovery of the endpoints and of the signing keys.

use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::json;

use crate::app::App;
use crate::http::Response;

/// Returns the provider metadata (OpenID Connect Discovery 1.0, section 3).
pub(crate) fn handle(app: &App) -> Response {
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
        "token_endpoint_auth_methods_supported": [
            "client_secret_post", "client_secret_basic", "none",
        ],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "azp", "at_hash",
            "c_hash", "sid", "oid", "name", "given_name", "family_name", "preferred_username",
            "picture", "locale", "phone_number", "email", "email_verified",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    });
    cacheable(Response::json(StatusCode::OK, &document))
}

/// Returns the key set (RFC 7517, section 5).
pub(crate) async fn handle_keys(app: &App) -> anyhow::Result<Response> {
    let keys = app.keys.set().await?;
    Ok(cacheable(Response::json(StatusCode::OK, &keys)))
}

fn cacheable(response: Response) -> Response {
    response.header(CACHE_CONTROL, "public, max-age=300")
}

//! Endpoints that are not operations of the API: OAuth, login pages, and the pages of links.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE,
};
use http::{Method, StatusCode};

use crate::app::App;
use crate::http::{NoMatch, Request, Response};
use crate::links::{connected_accounts, portal};
use crate::login;
use crate::oauth::{discovery, logout, token, userinfo};
use crate::state::PORTAL;

/// An endpoint that is not an operation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Token,
    Keys,
    Logout,
    Discovery,
    UserInfo,
    AccountLink,
    AccountConnected,
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
        Endpoint::AccountConnected,
        "connected_accounts.done",
        "/connected_accounts/done",
    ),
    (Endpoint::Portal, "portal", PORTAL),
];

impl Endpoint {
    /// Returns the name used in the request log and in faults.
    pub(crate) fn name(self) -> &'static str {
        ENDPOINTS
            .iter()
            .find(|(endpoint, ..)| *endpoint == self)
            .map_or("", |(_, name, _)| name)
    }

    fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Token => &["POST"],
            Self::Keys | Self::Discovery | Self::AccountConnected | Self::Portal => &["GET"],
            Self::Authorize | Self::Logout | Self::UserInfo | Self::AccountLink => &["GET", "POST"],
        }
    }

    /// Returns `true` if pages of other origins may call the endpoint. These endpoints use no
    /// cookies.
    fn allows_cors(self) -> bool {
        matches!(
            self,
            Self::Token | Self::Keys | Self::Discovery | Self::UserInfo
        )
    }

    /// Adds the CORS header if the endpoint allows cross-origin requests (OpenID Connect Core 1.0,
    /// section 5.3).
    pub(crate) fn add_cors(self, response: Response) -> Response {
        if self.allows_cors() {
            response.header(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        } else {
            response
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        ENDPOINTS
            .iter()
            .find(|(_, pattern, _)| *pattern == name)
            .map(|(endpoint, ..)| *endpoint)
    }
}

/// Returns the endpoint with this method and path.
///
/// # Errors
/// Returns an error if the path is unknown or the endpoint does not support the method.
pub(crate) fn find(method: &str, path: &str) -> Result<Endpoint, NoMatch> {
    let found = ENDPOINTS
        .iter()
        .find(|(_, _, pattern)| path_matches(pattern, path));
    let (endpoint, ..) = found.ok_or(NoMatch::Path)?;
    let methods = endpoint.methods();
    if methods.contains(&method) {
        Ok(*endpoint)
    } else {
        Err(NoMatch::Method(methods.to_vec()))
    }
}

/// Returns `true` if `path` is the endpoint path `pattern`. If `pattern` ends with a slash, `path`
/// must have exactly one more segment.
fn path_matches(pattern: &str, path: &str) -> bool {
    match path.strip_prefix(pattern) {
        Some(rest) if pattern.ends_with('/') => !rest.is_empty() && !rest.contains('/'),
        Some(rest) => rest.is_empty(),
        None => false,
    }
}

/// Returns the response to a CORS preflight request, or `None` for other requests.
pub(crate) fn handle_preflight(request: &Request) -> Option<Response> {
    let (endpoint, ..) = ENDPOINTS
        .iter()
        .find(|(_, _, pattern)| *pattern == request.path)?;
    (request.method == Method::OPTIONS && endpoint.allows_cors()).then(|| {
        endpoint
            .add_cors(Response::empty(StatusCode::NO_CONTENT))
            .header(ACCESS_CONTROL_ALLOW_METHODS, &endpoint.methods().join(", "))
            .header(ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
            .header(ACCESS_CONTROL_MAX_AGE, "300")
    })
}

/// Handles a request to an endpoint.
pub(crate) async fn handle(app: &App, endpoint: Endpoint, request: &Request) -> Response {
    let result = match endpoint {
        Endpoint::Authorize => login::handle(app, request).await,
        Endpoint::Token => token::handle(app, request).await,
        Endpoint::Keys => discovery::handle_keys(app).await,
        Endpoint::Logout => logout::handle(app, request),
        Endpoint::Discovery => Ok(discovery::handle(app)),
        Endpoint::UserInfo => userinfo::handle(app, request),
        Endpoint::AccountLink => connected_accounts::handle(app, request),
        Endpoint::AccountConnected => connected_accounts::handle_done(),
        Endpoint::Portal => portal::handle(app, request),
    };
    result.unwrap_or_else(|error| {
        Response::text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n"))
    })
}

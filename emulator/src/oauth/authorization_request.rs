//! Authorization requests (RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3.1.2.1).

use jiff::SignedDuration;

use super::{OAuthError, pkce};
use crate::app::App;
use crate::http::Pairs;
use crate::state::{Code, Grant, OAuthClient};

/// Lifetime of an authorization code, in seconds.
const CODE_LIFETIME: i64 = 300;

/// Parameters that must not be repeated (RFC 6749 section 3.1).
const SINGLE: [&str; 10] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "code_challenge",
    "code_challenge_method",
];

/// Scopes that every client may request (OpenID Connect Core 1.0, sections 5.4 and 11).
pub(crate) const STANDARD_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A request with a valid client and redirect URI. Later errors are returned to the application.
pub(crate) struct AuthorizationRequest<'p> {
    pub(crate) client: OAuthClient,
    pub(crate) redirect: url::Url,
    /// The unmodified parameter. The token request must repeat it exactly.
    redirect_uri: String,
    pub(crate) parameters: &'p Pairs,
}

impl<'p> AuthorizationRequest<'p> {
    /// Checks the client and the redirect URI.
    ///
    /// # Errors
    /// Returns the text of an error page, because the browser cannot be redirected safely.
    pub(crate) fn new(app: &App, parameters: &'p Pairs) -> Result<Self, String> {
        let id = parameters.get("client_id").ok_or("client_id is missing.")?;
        let client = app.read().oauth_client(&app.ctx(), id);
        let client = client.ok_or("The client_id is unknown.")?;
        let redirect_uri = parameters
            .get("redirect_uri")
            .ok_or("redirect_uri is missing.")?;
        if parameters.repeats("client_id") || parameters.repeats("redirect_uri") {
            return Err("client_id and redirect_uri must not be repeated.".to_owned());
        }
        let redirect = url::Url::parse(redirect_uri)
            .map_err(|_| "The redirect_uri is not an absolute URL.")?;
        if redirect.fragment().is_some() {
            return Err("The redirect_uri must not contain a fragment.".to_owned());
        }
        if matches!(
            redirect.scheme(),
            "javascript" | "data" | "vbscript" | "file"
        ) {
            return Err("The scheme of the redirect_uri is not allowed.".to_owned());
        }
        if client.machine && client.redirect_uris.is_empty() {
            return Err("No redirect URI is registered for this client.".to_owned());
        }
        let state = app.read();
        let configured = app.config.redirect_uris.iter();
        let mut allowed = (configured
            .chain(&state.redirect_uris)
            .chain(&client.redirect_uris))
        .peekable();
        if allowed.peek().is_some() && !allowed.any(|uri| uri == redirect_uri) {
            return Err("The redirect_uri is not registered.".to_owned());
        }
        drop(state);
        Ok(Self {
            client,
            redirect,
            redirect_uri: redirect_uri.to_owned(),
            parameters,
        })
    }

    /// Checks the parameters of the protocol. The parameters of the login are checked later.
    ///
    /// # Errors
    /// Returns the error for the application.
    pub(crate) fn check(&self, app: &App) -> Result<(), OAuthError> {
        let parameters = self.parameters;
        if let Some(repeated) = SINGLE.into_iter().find(|name| parameters.repeats(name)) {
            return Err(OAuthError::invalid_request(format!(
                "{repeated} must not be repeated"
            )));
        }
        match parameters.get("response_type") {
            Some("code") => {}
            None => return Err(OAuthError::invalid_request("response_type is missing")),
            Some(other) => {
                return Err(OAuthError::new(
                    "unsupported_response_type",
                    format!("response_type must be code, got {other:?}"),
                ));
            }
        }
        // Unsupported parameters have their own error codes (OpenID Connect Core 1.0, section 6).
        for (name, code) in [
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
        ] {
            if parameters.get(name).is_some() {
                return Err(OAuthError::new(code, format!("{name} is not supported")));
            }
        }
        if let Some(mode) = parameters
            .get("response_mode")
            .filter(|mode| *mode != "query")
        {
            return Err(OAuthError::invalid_request(format!(
                "response_mode must be query, got {mode:?}"
            )));
        }
        self.check_challenge()?;
        self.check_scopes(app)
    }

    fn check_challenge(&self) -> Result<(), OAuthError> {
        let challenge = self.parameters.get("code_challenge");
        match (challenge, self.parameters.get("code_challenge_method")) {
            (Some(challenge), Some("S256")) if pkce::well_formed(challenge) => Ok(()),
            (None, None) if self.client.enforce_pkce => Err(OAuthError::invalid_request(
                "code_challenge is missing: the client requires PKCE",
            )),
            (None, None) => Ok(()),
            (Some(_), Some("S256")) => Err(OAuthError::invalid_request(
                "code_challenge is not a valid S256 challenge",
            )),
            // In RFC 7636 a missing method means `plain`, which the service does not support.
            (Some(_), _) => Err(OAuthError::invalid_request(
                "code_challenge_method must be S256",
            )),
            (None, Some(_)) => Err(OAuthError::invalid_request("code_challenge is missing")),
        }
    }

    /// Checks the scopes of a client of a protected resource: the resource must offer them, and
    /// they must be among the client's own scopes, if it has any.
    fn check_scopes(&self, app: &App) -> Result<(), OAuthError> {
        let state = app.read();
        let Some(resource) = state.resources.get(&self.client.resource_id) else {
            return Ok(());
        };
        let allowed = |name: &str| {
            let offered = resource.scopes.iter().filter(|scope| scope.enabled);
            let own = &self.client.scopes;
            STANDARD_SCOPES.contains(&name)
                || (offered.into_iter().any(|scope| scope.name == name)
                    && (own.is_empty() || own.iter().any(|scope| scope == name)))
        };
        match self.scopes().into_iter().find(|scope| !allowed(scope)) {
            Some(scope) => {
                let description =
                    format!("the client is not allowed to request the scope {scope:?}");
                Err(OAuthError::new("invalid_scope", description))
            }
            None => Ok(()),
        }
    }

    /// Returns the requested scopes.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        let scope = self
            .parameters
            .get("scope")
            .unwrap_or("openid profile email");
        scope.split_whitespace().collect()
    }

    /// Returns the redirect URI with a new authorization code for `grant`.
    pub(crate) fn with_code(&self, app: &App, grant: Grant, scopes: &[&str]) -> String {
        let now = app.clock.now();
        let expires = now
            .saturating_add(SignedDuration::from_secs(CODE_LIFETIME))
            .unwrap_or(now);
        let code = app.change(|state| {
            let grant = Grant {
                client_id: self.client.id.clone(),
                scope: scopes.join(" "),
                nonce: self.parameters.get("nonce").map(str::to_owned),
                family: state.grants.new_family(),
                ..grant
            };
            let challenge = self.parameters.get("code_challenge").map(str::to_owned);
            state.grants.add_code(
                Code {
                    grant,
                    redirect_uri: self.redirect_uri.clone(),
                    challenge,
                },
                expires,
            )
        });
        self.redirect_url(app, &[("code", &code)])
    }

    /// Returns the redirect URI with `result`, the `state` of the request and the issuer (RFC
    /// 9207).
    pub(crate) fn redirect_url(&self, app: &App, result: &[(&str, &str)]) -> String {
        let mut location = self.redirect.clone();
        let mut query = location.query_pairs_mut();
        query.extend_pairs(result);
        if let Some(state) = self.parameters.get("state") {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &app.url);
        drop(query);
        location.into()
    }
}

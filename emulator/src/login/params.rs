//! The login parameters of an authorization request, and the organization that they select.

use crate::app::App;
use crate::keys::decode_claims;
use crate::oauth::{AuthorizationRequest, OAuthError};
use crate::state::State;

/// Email address that auto-approval uses if the environment has no users.
const DEFAULT_EMAIL: &str = "user@example.com";

/// Login parameters from the application or the user. Empty fields are not set.
#[derive(Clone, Debug, Default)]
pub(super) struct LoginParams {
    pub(super) client_id: String,
    pub(super) email: String,
    /// Only the user with this email address may log in.
    pub(super) only_email: bool,
    pub(super) organization_id: String,
    pub(super) connection_id: String,
    /// A domain of the organization.
    pub(super) domain: String,
    /// An identity provider, such as `google`.
    pub(super) provider: String,
}

impl LoginParams {
    /// Reads the parameters of an authorization request.
    ///
    /// # Errors
    /// Returns the error for the application if the `id_token_hint` is invalid.
    pub(super) fn new(
        app: &App,
        authorization: &AuthorizationRequest<'_>,
    ) -> Result<Self, OAuthError> {
        let parameters = authorization.parameters;
        let text = |name: &str| parameters.get(name).unwrap_or_default().to_owned();
        let hinted = match parameters.get("id_token_hint") {
            Some(token) => Some(hinted_email(app, token)?),
            None => None,
        };
        Ok(Self {
            client_id: authorization.client.id.clone(),
            only_email: hinted.is_some(),
            email: hinted.unwrap_or_else(|| text("login_hint")),
            organization_id: text("organization_id"),
            connection_id: text("connection_id"),
            domain: Some(text("domain_hint"))
                .filter(|domain| !domain.is_empty())
                .unwrap_or_else(|| text("domain")),
            provider: text("provider"),
        })
    }

    /// Sets the email address of the first matching user if the request has none. For
    /// auto-approval.
    pub(super) fn or_default_email(mut self, state: &State) -> Self {
        if self.email.is_empty() {
            let first = match self.organization(state) {
                None => state.users.iter().next(),
                Some(id) => state.users.by("organization", &id).next(),
            };
            self.email = first.map_or_else(|| DEFAULT_EMAIL.to_owned(), |user| user.email.clone());
        }
        self
    }

    /// Returns the organization selected by id, connection, domain, or domain of the email address.
    pub(super) fn organization(&self, state: &State) -> Option<String> {
        self.requested_organization(state)
            .or_else(|| by_domain(state, self.email.rsplit_once('@')?.1))
    }

    /// Returns the organization selected by id, connection or domain. Ignores the email address.
    pub(super) fn requested_organization(&self, state: &State) -> Option<String> {
        if !self.organization_id.is_empty() {
            return Some(self.organization_id.clone());
        }
        let connection = state.connections.get(&self.connection_id);
        connection
            .and_then(|connection| connection.organization_id.clone())
            .or_else(|| by_domain(state, &self.domain))
    }
}

/// Returns the email address of the user of an `id_token_hint`. Only this user may log in (OpenID
/// Connect Core 1.0, section 3.1.2.2). Expired tokens are accepted.
fn hinted_email(app: &App, token: &str) -> Result<String, OAuthError> {
    let claims = decode_claims(&app.keys, token).ok_or_else(|| {
        OAuthError::invalid_request("id_token_hint was not issued by this environment")
    })?;
    let state = app.read();
    let user = state.users.get(claims["sub"].as_str().unwrap_or_default());
    let user = user.ok_or_else(|| {
        let description = "the user of the id_token_hint was deleted";
        OAuthError::new("login_required", description)
    })?;
    Ok(user.email.clone())
}

fn by_domain(state: &State, name: &str) -> Option<String> {
    let domain = state
        .domains
        .by("domain", &name.to_ascii_lowercase())
        .next()?;
    Some(domain.organization_id.clone())
}

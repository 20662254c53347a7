//! Results of the token exchanges. `Debug` output contains no tokens.

use std::fmt;

use serde::Serialize;
#[cfg(feature = "client")]
use serde_json::{Map, Value};

use super::User;

/// The result of a login. Serializes with snake_case field names.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthenticationResult {
    /// The signed-in user.
    pub user: User,
    /// The verified ID token.
    pub id_token: Option<String>,
    /// The access token.
    pub access_token: String,
    /// The refresh token, if the scope `offline_access` was requested.
    pub refresh_token: Option<String>,
    /// The connection used to sign in: the first `amr` value of the ID token.
    pub connection_id: Option<String>,
    /// The organization: `oid` of the ID token.
    pub organization_id: Option<String>,
    /// The lifetime of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// The result of a refresh.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RefreshResult {
    /// The new access token.
    pub access_token: String,
    /// The next refresh token; unchanged if the service did not rotate it.
    pub refresh_token: String,
    /// A new ID token, if the service sent one. Not verified.
    pub id_token: Option<String>,
    /// The lifetime of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// An access token of a machine client.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientToken {
    /// The access token.
    pub access_token: String,
    /// Its lifetime in seconds.
    pub expires_in: Option<i64>,
    /// The granted scopes, if the response contains them.
    pub scope: Option<String>,
}

#[cfg(feature = "client")]
impl AuthenticationResult {
    /// Fills in the user and the login context from the claims of the verified ID token.
    pub(crate) fn set_claims(&mut self, claims: &Map<String, Value>) {
        self.user = User::from_claims(claims);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        self.organization_id = text(claims.get("oid"));
        self.connection_id = match claims.get("amr") {
            Some(Value::Array(methods)) => text(methods.first()),
            single => text(single),
        };
    }
}

impl fmt::Debug for AuthenticationResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResult")
            .field("user", &self.user)
            .field("connection_id", &self.connection_id)
            .field("organization_id", &self.organization_id)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshResult")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientToken")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

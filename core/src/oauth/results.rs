//! What an exchange ends with. Tokens are left out of every `Debug`.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::User;
use crate::token::Claims;

/// A user who has signed in. Serializes under the key names of Python's SDK.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthenticationResult {
    /// Who signed in.
    pub user: User,
    /// The ID token, verified.
    pub id_token: Option<String>,
    /// The access token: what the user may do.
    pub access_token: String,
    /// The refresh token, if `offline_access` was asked for.
    pub refresh_token: Option<String>,
    /// The connection that was signed in through: the first `amr` of the ID token.
    pub connection_id: Option<String>,
    /// The organization that was signed in to: `oid` of the ID token.
    pub organization_id: Option<String>,
    /// The life of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// New tokens for an old refresh token.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RefreshResult {
    /// The new access token.
    pub access_token: String,
    /// The next refresh token: the one that was used if the service sent no other.
    pub refresh_token: String,
    /// A new ID token, if the service sent one. Not verified: it came from the service over TLS.
    pub id_token: Option<String>,
    /// The life of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// A token for a machine.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientToken {
    /// The access token.
    pub access_token: String,
    /// Its life in seconds.
    pub expires_in: Option<i64>,
    /// The scopes that were granted, if the service names them.
    pub scope: Option<String>,
}

impl AuthenticationResult {
    /// Fills in what the claims of the verified ID token say.
    pub(super) fn describe(&mut self, claims: &Claims) {
        self.user = User::from_claims(claims.as_map());
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

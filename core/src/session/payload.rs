//! The session of a signed-in user.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroize;

/// The lifetime of a session without `exp`, in seconds after its creation.
const DEFAULT_LIFETIME: i64 = 300;

/// The session of a signed-in user: claims and tokens. `Debug` output contains no token.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Session {
    /// The claims of the access token.
    #[serde(default)]
    pub user: Map<String, Value>,
    /// The access token.
    pub access_token: String,
    /// The refresh token, if the scope `offline_access` was requested.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// The ID token, which logout needs.
    #[serde(default)]
    pub id_token: Option<String>,
    /// The expiration time of the access token, in seconds since 1970.
    #[serde(deserialize_with = "seconds")]
    pub expires_at: i64,
}

impl Session {
    /// Creates a session from the claims of a validated access token and the token itself. The
    /// session expires with the token: claim `exp`, or 300 s after `iat` without it.
    pub fn new(user: Map<String, Value>, access_token: impl Into<String>) -> Self {
        let time = |claim: &str| user.get(claim).and_then(whole);
        let expires_at = time("exp")
            .or_else(|| time("iat").map(|issued| issued.saturating_add(DEFAULT_LIFETIME)))
            .unwrap_or_default();
        Self {
            user,
            access_token: access_token.into(),
            refresh_token: None,
            id_token: None,
            expires_at,
        }
    }

    /// Sets the refresh token.
    #[must_use]
    pub fn refresh_token(mut self, token: impl Into<String>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// Sets the ID token.
    #[must_use]
    pub fn id_token(mut self, token: impl Into<String>) -> Self {
        self.id_token = Some(token.into());
        self
    }

    /// The user's id: claim `sub`.
    pub fn user_id(&self) -> Option<&str> {
        self.text("sub")
    }

    /// The organization's id: claim `oid`.
    pub fn organization_id(&self) -> Option<&str> {
        self.text("oid")
    }

    /// The session's id in the service: claim `sid`.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// Returns `true` if claim `permissions` contains `permission`.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.lists("permissions", permission)
    }

    /// Returns `true` if claim `roles` contains `role`.
    pub fn has_role(&self, role: &str) -> bool {
        self.lists("roles", role)
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.user.get(claim).and_then(Value::as_str)
    }

    fn lists(&self, claim: &str, wanted: &str) -> bool {
        let values = self.user.get(claim).and_then(Value::as_array);
        values.is_some_and(|values| values.iter().any(|value| value == wanted))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.refresh_token.zeroize();
        self.id_token.zeroize();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("user_id", &self.user_id())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A number of seconds. Version 1 may contain a fraction.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    whole(&value).ok_or_else(|| serde::de::Error::custom("expires_at is not a number"))
}

fn whole(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

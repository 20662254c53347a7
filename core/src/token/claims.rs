//! The claims of a verified token.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The claims of a verified token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(crate) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Returns a claim by name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns a string claim.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Returns a claim that is an array of strings or one string; empty for any other value.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items
                .iter()
                .map(Value::as_str)
                .collect::<Option<_>>()
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// `sub`: the user or machine client.
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// `iss`: the issuer.
    pub fn issuer(&self) -> Option<&str> {
        self.text("iss")
    }

    /// `aud`: the audiences.
    pub fn audience(&self) -> Vec<&str> {
        self.texts("aud")
    }

    /// `client_id`: the client that the token was issued to.
    pub fn client_id(&self) -> Option<&str> {
        self.text("client_id")
    }

    /// `oid`: the organization.
    pub fn organization_id(&self) -> Option<&str> {
        self.text("oid")
    }

    /// `sid`: the session.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// `exp`: the expiry in seconds since 1970.
    pub fn expires_at(&self) -> Option<f64> {
        self.0.get("exp")?.as_f64()
    }

    /// `roles`: the user's roles in the organization.
    pub fn roles(&self) -> Vec<&str> {
        self.texts("roles")
    }

    /// `permissions`: the user's permissions in the organization.
    pub fn permissions(&self) -> Vec<&str> {
        self.texts("permissions")
    }

    /// The scopes of `scopes` and `scope`.
    pub fn scopes(&self) -> Vec<&str> {
        let mut scopes = match self.0.get("scopes") {
            Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
            _ => self.texts("scopes"),
        };
        scopes.extend(
            self.text("scope")
                .unwrap_or_default()
                .split_ascii_whitespace(),
        );
        scopes
    }

    /// All claims.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// All claims.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// The claims of a login that started at the identity provider's portal instead of the application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IdpInitiatedLoginClaims {
    /// The user's connection.
    #[serde(default)]
    pub connection_id: String,
    /// The organization of the connection.
    #[serde(default)]
    pub organization_id: String,
    /// The user's login name, to pass to the authorization URL.
    #[serde(default)]
    pub login_hint: Option<String>,
    /// The identity provider's relay state.
    #[serde(default)]
    pub relay_state: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn accessors_return_the_claims() {
        let claims: Claims = serde_json::from_value(json!({
            "sub": "usr_1", "iss": "i", "aud": ["a", "b"], "client_id": "skc_1", "oid": "org_1", "sid": "ses_1",
            "exp": 5.5, "roles": ["admin"], "permissions": "read", "scopes": ["x"], "scope": "openid  email",
        }))
        .unwrap();
        assert_eq!(
            (claims.subject(), claims.issuer()),
            (Some("usr_1"), Some("i"))
        );
        assert_eq!(
            (claims.client_id(), claims.session_id()),
            (Some("skc_1"), Some("ses_1"))
        );
        assert_eq!(
            (claims.organization_id(), claims.expires_at()),
            (Some("org_1"), Some(5.5))
        );
        assert_eq!(
            (claims.audience(), claims.roles()),
            (vec!["a", "b"], vec!["admin"])
        );
        assert_eq!(
            (claims.permissions(), claims.scopes()),
            (vec!["read"], vec!["x", "openid", "email"])
        );
        assert_eq!(Claims::default().scopes(), Vec::<&str>::new());
        let mixed: Claims = serde_json::from_value(json!({"scopes": ["x", 5]})).unwrap();
        assert_eq!(
            mixed.scopes(),
            Vec::<&str>::new(),
            "a mixed array has no scopes, as in the scope check"
        );
        assert_eq!(claims.get("sub"), claims.as_map().get("sub"));
        assert_eq!(claims.clone().into_map().len(), claims.as_map().len());
    }
}

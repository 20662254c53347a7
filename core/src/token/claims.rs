//! What a token says, once it is trusted.

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

    /// Any claim by its name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is a list of texts, or a single one; empty if it is neither.
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

    /// `iss`: who issued the token.
    pub fn issuer(&self) -> Option<&str> {
        self.text("iss")
    }

    /// `aud`: whom it is meant for.
    pub fn audience(&self) -> Vec<&str> {
        self.texts("aud")
    }

    /// `client_id`: the client that it was issued to.
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

    /// `exp`: when it ends, in seconds since 1970.
    pub fn expires_at(&self) -> Option<f64> {
        self.0.get("exp")?.as_f64()
    }

    /// `roles` of the user in the organization.
    pub fn roles(&self) -> Vec<&str> {
        self.texts("roles")
    }

    /// `permissions` of the user in the organization.
    pub fn permissions(&self) -> Vec<&str> {
        self.texts("permissions")
    }

    /// The scopes, from `scopes` and from `scope`.
    pub fn scopes(&self) -> Vec<&str> {
        let mut scopes = match self.0.get("scopes") {
            Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
            _ => self.texts("scopes"),
        };
        scopes.extend(self.text("scope").unwrap_or_default().split_ascii_whitespace());
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

/// What an identity provider says when a user starts at its portal instead of at the application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IdpInitiatedLoginClaims {
    /// The connection that the user came through.
    #[serde(default)]
    pub connection_id: String,
    /// The organization of that connection.
    #[serde(default)]
    pub organization_id: String,
    /// The user's login, to be passed on.
    #[serde(default)]
    pub login_hint: Option<String>,
    /// The identity provider's own state.
    #[serde(default)]
    pub relay_state: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn typed_access_takes_what_is_there() {
        let claims: Claims = serde_json::from_value(json!({
            "sub": "usr_1", "iss": "i", "aud": ["a", "b"], "client_id": "skc_1", "oid": "org_1", "sid": "ses_1",
            "exp": 5.5, "roles": ["admin"], "permissions": "read", "scopes": ["x"], "scope": "openid  email",
        }))
        .unwrap();
        assert_eq!((claims.subject(), claims.issuer()), (Some("usr_1"), Some("i")));
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
            "as the check of scopes sees it"
        );
        assert_eq!(claims.get("sub"), claims.as_map().get("sub"));
        assert_eq!(claims.clone().into_map().len(), claims.as_map().len());
    }
}

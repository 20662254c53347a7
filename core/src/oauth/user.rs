//! The signed-in user, from the claims of the ID token.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Claims with another name in the profile. Every language uses the same names.
const RENAMED: [(&str, &str); 10] = [
    ("sub", "id"),
    ("preferred_username", "username"),
    ("given_name", "givenName"),
    ("family_name", "familyName"),
    ("email_verified", "emailVerified"),
    ("phone_number", "phoneNumber"),
    ("phone_number_verified", "phoneNumberVerified"),
    ("birthdate", "birthDate"),
    ("zoneinfo", "zoneInfo"),
    ("updated_at", "updatedAt"),
];

/// Claims with the same name in the profile.
const UNCHANGED: [&str; 8] = [
    "name",
    "email",
    "profile",
    "picture",
    "gender",
    "locale",
    "identities",
    "metadata",
];

/// The signed-in user, with the profile claims of the ID token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct User(Map<String, Value>);

impl User {
    /// Selects the profile claims of an ID token.
    pub fn from_claims(claims: &Map<String, Value>) -> Self {
        let names = RENAMED
            .into_iter()
            .chain(UNCHANGED.into_iter().map(|name| (name, name)));
        Self(
            names
                .filter_map(|(claim, name)| Some((name.to_owned(), claims.get(claim)?.clone())))
                .filter(|(_, value)| !value.is_null())
                .collect(),
        )
    }

    /// The user's id (claim `sub`).
    pub fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    /// The email address.
    pub fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// Returns `true` if the email address is verified.
    pub fn email_verified(&self) -> bool {
        self.0
            .get("emailVerified")
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }

    /// The full name.
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// The first name.
    pub fn given_name(&self) -> Option<&str> {
        self.text("givenName")
    }

    /// The last name.
    pub fn family_name(&self) -> Option<&str> {
        self.text("familyName")
    }

    /// The whole profile, with camelCase names (`id`, `givenName`, `emailVerified`, …).
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_renamed_for_the_profile() {
        let claims = json!({
            "sub": "usr_1", "preferred_username": "me", "given_name": "Ada", "family_name": "L", "name": "Ada L",
            "email": "a@b.c", "email_verified": true, "phone_number": "1", "phone_number_verified": false,
            "birthdate": "1815-12-10", "zoneinfo": "UTC", "updated_at": 5, "locale": "en", "gender": null,
            "identities": [1], "metadata": {"k": "v"}, "iss": "x", "exp": 1, "picture": "p", "profile": "q",
        });
        let user = User::from_claims(claims.as_object().unwrap());
        assert_eq!(
            serde_json::to_value(&user).unwrap(),
            json!({
                "id": "usr_1", "username": "me", "givenName": "Ada", "familyName": "L", "name": "Ada L",
                "email": "a@b.c", "emailVerified": true, "phoneNumber": "1", "phoneNumberVerified": false,
                "birthDate": "1815-12-10", "zoneInfo": "UTC", "updatedAt": 5, "locale": "en", "identities": [1],
                "metadata": {"k": "v"}, "picture": "p", "profile": "q",
            })
        );
        assert_eq!(
            (user.id(), user.email(), user.email_verified()),
            ("usr_1", Some("a@b.c"), true)
        );
        assert_eq!(
            (user.name(), user.given_name(), user.family_name()),
            (Some("Ada L"), Some("Ada"), Some("L"))
        );
    }
}

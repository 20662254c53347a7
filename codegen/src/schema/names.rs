//! Conversions of names: snake case, camel case, and words.

/// Converts a name to snake case: `GetOrganization` → `get_organization`, `keyId` → `key_id`. A
/// sequence of capitals is one word: `OIDCScope` → `oidc_scope`.
pub fn snake_case(name: &str) -> String {
    words(name).join("_")
}

/// Converts a name to upper camel case: `PING_IDENTITY` → `PingIdentity`, `dir_sync` → `DirSync`,
/// `SAMLRequest` → `SamlRequest`.
pub fn upper_camel(name: &str) -> String {
    let capitalized = |word: String| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    };
    words(name).into_iter().map(capitalized).collect()
}

/// Returns a short description of an element without a comment, derived from its name:
/// `organization_id` → `Organization ID.`
pub fn name_as_sentence(name: &str) -> String {
    let words: Vec<String> = words(name)
        .into_iter()
        .map(|word| match word.as_str() {
            "id" | "url" | "uri" | "ip" | "idp" | "sso" | "saml" | "oidc" | "slo" | "sp"
            | "mcp" | "jwks" | "api" | "dns" | "pkce" | "ui" | "jit" | "aud" | "os" | "cidr" => {
                word.to_uppercase()
            }
            "ids" => "IDs".to_owned(),
            "urls" => "URLs".to_owned(),
            "uris" => "URIs".to_owned(),
            "oauth" => "OAuth".to_owned(),
            _ => word,
        })
        .collect();
    let mut text = words.join(" ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text.push('.');
    text
}

fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        // A capital starts a word if it follows a lower-case letter, or if it precedes a lower-case
        // letter and follows a digit or another capital.
        let starts = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || (before.is_ascii_digit() && after.is_some_and(char::is_ascii_lowercase))
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if (starts || letter == '_') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter != '_' {
            word.push(letter.to_ascii_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{name_as_sentence, snake_case, upper_camel};

    #[test]
    fn names_are_split_at_capitals_and_underscores() {
        for (name, snake, camel) in [
            (
                "GetOrganizationByExternalId",
                "get_organization_by_external_id",
                "GetOrganizationByExternalId",
            ),
            ("PING_IDENTITY", "ping_identity", "PingIdentity"),
            ("SAMLRequest", "saml_request", "SamlRequest"),
            (
                "IDPInitiatedPayload",
                "idp_initiated_payload",
                "IdpInitiatedPayload",
            ),
            ("OAUTH_M2M", "oauth_m2m", "OauthM2m"),
            (
                "Membership_Status_UNSPECIFIED",
                "membership_status_unspecified",
                "MembershipStatusUnspecified",
            ),
            ("keyId", "key_id", "KeyId"),
            ("JSON", "json", "Json"),
            ("IPV4", "ipv4", "Ipv4"),
        ] {
            assert_eq!(snake_case(name), snake);
            assert_eq!(upper_camel(name), camel);
        }
    }

    #[test]
    fn names_are_converted_to_sentences() {
        assert_eq!(name_as_sentence("organization_id"), "Organization ID.");
        assert_eq!(name_as_sentence("name"), "Name.");
        assert_eq!(name_as_sentence("jwks_uri"), "JWKS URI.");
    }
}

//! Swift names of types, properties, arguments and enum cases.

use prost_reflect::{EnumDescriptor, EnumValueDescriptor, FieldDescriptor, MessageDescriptor};

use crate::schema::{snake_case, upper_camel};

/// Types whose name in the schema is too general, or is used in several packages. All Swift types
/// are in one module.
const RENAMED: &[(&str, &str)] = &[
    ("scalekit.v1.auth.User", "LoginUser"),
    ("scalekit.v1.commons.Role", "RoleReference"),
    ("scalekit.v1.connections.Flags", "ConnectionFlags"),
    (
        "scalekit.v1.connections.PasswordlessType",
        "PasswordlessConnectionType",
    ),
    ("scalekit.v1.directories.Secret", "DirectorySecret"),
    (
        "scalekit.v1.directories.SecretStatus",
        "DirectorySecretStatus",
    ),
    ("scalekit.v1.directories.Stats", "DirectoryStats"),
    ("scalekit.v1.events.ObjectType", "EventObjectType"),
    ("scalekit.v1.events.Source", "EventSource"),
    ("scalekit.v1.organizations.Feature", "OrganizationFeature"),
    ("scalekit.v1.organizations.Link", "PortalLink"),
    ("scalekit.v1.sessions.Location", "SessionLocation"),
    ("scalekit.v1.tools.Filter", "ToolFilter"),
    ("scalekit.v1.users.Permission", "UserPermission"),
];

/// Words that Swift names write in capitals, except at the beginning of a name.
const ACRONYMS: &[&str] = &[
    "api", "cidr", "dns", "http", "https", "id", "idp", "ip", "jit", "jwks", "jwt", "mcp", "oidc",
    "pkce", "saml", "scim", "slo", "sso", "ui", "uri", "url",
];

/// Keywords that cannot be names of properties or cases without backticks.
const KEYWORDS: &[&str] = &[
    "as",
    "associatedtype",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "default",
    "defer",
    "deinit",
    "do",
    "else",
    "enum",
    "extension",
    "fallthrough",
    "false",
    "fileprivate",
    "for",
    "func",
    "guard",
    "if",
    "import",
    "in",
    "init",
    "inout",
    "internal",
    "is",
    "let",
    "nil",
    "operator",
    "precedencegroup",
    "private",
    "protocol",
    "public",
    "repeat",
    "rethrows",
    "return",
    "self",
    "static",
    "struct",
    "subscript",
    "super",
    "switch",
    "throw",
    "throws",
    "true",
    "try",
    "typealias",
    "var",
    "where",
    "while",
];

/// Returns the name of a message's struct. The name of a nested message starts with the names of
/// its parents.
pub(super) fn message(message: &MessageDescriptor) -> String {
    renamed(message.full_name()).unwrap_or_else(|| match message.parent_message() {
        Some(parent) => self::message(&parent) + message.name(),
        None => message.name().to_owned(),
    })
}

/// Returns the name of an enum.
pub(super) fn enumeration(values: &EnumDescriptor) -> String {
    renamed(values.full_name()).unwrap_or_else(|| values.name().to_owned())
}

fn renamed(full_name: &str) -> Option<String> {
    let found = RENAMED.iter().find(|(name, _)| *name == full_name);
    found.map(|(_, swift)| (*swift).to_owned())
}

/// Converts a name of the schema to a name of a property, argument or method:
/// `organization_id` → `organizationID`.
pub(crate) fn member(name: &str) -> String {
    let snake = snake_case(name);
    let words = snake.split('_').enumerate().map(|(index, word)| {
        if index == 0 {
            return word.to_owned();
        }
        let singular = word.strip_suffix('s').unwrap_or(word);
        match word {
            "oauth" => "OAuth".to_owned(),
            _ if ACRONYMS.contains(&word) => word.to_uppercase(),
            _ if ACRONYMS.contains(&singular) => singular.to_uppercase() + "s",
            _ => upper_camel(word),
        }
    });
    words.collect()
}

/// Returns the name of the property of a field.
pub(super) fn property(field: &FieldDescriptor) -> String {
    member(field.name())
}

/// Adds backticks to a keyword.
pub(super) fn escaped(name: &str) -> String {
    if KEYWORDS.contains(&name) {
        format!("`{name}`")
    } else {
        name.to_owned()
    }
}

/// Returns the case of an enum value: the value's name without the enum's name. For the zero value
/// `…_UNSPECIFIED`, it is `unspecified`.
pub(super) fn case(values: &EnumDescriptor, value: &EnumValueDescriptor) -> String {
    let name = upper_camel(value.name());
    if value.number() == 0 && name.ends_with("Unspecified") {
        return "unspecified".to_owned();
    }
    let short = name
        .strip_prefix(&upper_camel(values.name()))
        .filter(|rest| rest.starts_with(char::is_alphabetic) && *rest != "Nil");
    member(&snake_case(short.unwrap_or(&name)))
}

#[cfg(test)]
mod tests {
    use super::{escaped, member};

    #[test]
    fn acronyms_are_in_capitals_except_at_the_beginning() {
        for (name, swift) in [
            ("id", "id"),
            ("organization_id", "organizationID"),
            ("redirect_uris", "redirectURIs"),
            ("sso_url", "ssoURL"),
            ("enable_oauth", "enableOAuth"),
            ("get_by_external_id", "getByExternalID"),
            ("keyId", "keyID"),
            ("status", "status"),
        ] {
            assert_eq!(member(name), swift);
        }
    }

    #[test]
    fn keywords_have_backticks() {
        assert_eq!(escaped("default"), "`default`");
        assert_eq!(escaped("name"), "name");
    }
}

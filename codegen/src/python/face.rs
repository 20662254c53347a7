//! What `faces/python.toml` says, as it stands there.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

const FACE: &str = include_str!("../../faces/python.toml");

/// What the Python face has that does not follow from the schema.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Face {
    #[serde(rename = "client")]
    pub(super) clients: Vec<ClientEntry>,
    pub(super) methods: BTreeMap<String, MethodEntry>,
    pub(super) steps: BTreeMap<String, StepsEntry>,
    #[serde(rename = "helper")]
    pub(super) helpers: Vec<HelperEntry>,
    pub(super) properties: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) text: BTreeMap<String, String>,
}

/// A service client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientEntry {
    pub(super) attribute: String,
    pub(super) class: String,
    pub(super) service: String,
    pub(super) module: Option<String>,
    #[serde(default)]
    pub(super) operations: Vec<String>,
    #[serde(default)]
    pub(super) rename: BTreeMap<String, String>,
    pub(super) result: Option<String>,
}

/// How a method differs from what its operation suggests.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MethodEntry {
    pub(super) client: Option<String>,
    pub(super) name: Option<String>,
    pub(super) params: Option<Vec<String>>,
    pub(super) result: Option<String>,
    pub(super) mask: Option<String>,
    pub(super) steps: Option<String>,
    pub(super) doc: Option<String>,
    #[serde(default)]
    pub(super) docs: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) also: Vec<MethodEntry>,
}

/// The call that comes before a method's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepsEntry {
    pub(super) first: String,
    pub(super) takes: Vec<String>,
}

/// A method that builds a message and makes no call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HelperEntry {
    pub(super) client: String,
    pub(super) name: String,
    pub(super) message: String,
    pub(super) params: Vec<String>,
    pub(super) doc: String,
}

impl Face {
    pub(super) fn load() -> anyhow::Result<Self> {
        toml::from_str(FACE).context("codegen/faces/python.toml")
    }
}

impl ClientEntry {
    pub(super) fn module(&self) -> &str {
        self.module.as_deref().unwrap_or(&self.attribute)
    }

    /// Whether its patterns claim an operation, named like its rpc.
    pub(super) fn claims(&self, rpc: &str) -> bool {
        self.operations.iter().any(|pattern| matches(pattern, rpc))
    }
}

/// Whether a text fits a pattern in which `*` stands for any text, at its ends only.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (None, None) => pattern == text,
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (Some(_), Some(_)) => text.contains(pattern.trim_matches('*')),
    }
}

/// A parameter as it is written in the face.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) presence: Presence,
    /// The field it fills, if that is not named like it.
    pub(super) path: Option<String>,
}

/// Whether an argument must be given.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Presence {
    Required,
    /// Must be given, but may be `None`.
    Nullable,
    /// May be left out: the default, a Python literal.
    Default(String),
}

/// Reads one parameter; `None` is the star before keyword-only ones.
pub(super) fn spec(text: &str) -> anyhow::Result<Option<Spec>> {
    if text == "*" {
        return Ok(None);
    }
    let (left, path) = match text.split_once(" -> ") {
        Some((left, path)) => (left, Some(path.trim().to_owned())),
        None => (text, None),
    };
    let left = left.trim();
    let (name, presence) = if let Some((name, literal)) = left.split_once(" = ") {
        (name, Presence::Default(literal.to_owned()))
    } else if let Some(name) = left.strip_suffix(" | None") {
        (name, Presence::Nullable)
    } else if let Some(name) = left.strip_suffix('?') {
        (name, Presence::Default("None".to_owned()))
    } else {
        (left, Presence::Required)
    };
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '_');
    ensure!(plain, "{text:?} is no parameter");
    if let Some("") = path.as_deref() {
        bail!("{text:?} has an empty path");
    }
    Ok(Some(Spec {
        name: name.to_owned(),
        presence,
        path,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Face, Presence, Spec, matches, spec};

    #[test]
    fn the_face_can_be_read() {
        let face = Face::load().unwrap();
        assert!(
            face.clients
                .iter()
                .any(|client| client.attribute == "organization")
        );
    }

    #[test]
    fn parameters_are_read_with_default_and_path() {
        let read = |text: &str| spec(text).unwrap().unwrap();
        let named = |name: &str, presence, path: Option<&str>| Spec {
            name: name.to_owned(),
            presence,
            path: path.map(str::to_owned),
        };
        let default = |literal: &str| Presence::Default(literal.to_owned());
        assert_eq!(read("user"), named("user", Presence::Required, None));
        assert_eq!(read("page_size?"), named("page_size", default("None"), None));
        assert_eq!(read("name | None"), named("name", Presence::Nullable, None));
        assert_eq!(read("size = 10"), named("size", default("10"), None));
        assert_eq!(
            read("text = \"\" -> provider.text"),
            named("text", default("\"\""), Some("provider.text"))
        );
        assert_eq!(
            read("roles -> roles[role_name]"),
            named("roles", Presence::Required, Some("roles[role_name]"))
        );
        assert_eq!(spec("*").unwrap(), None);
        assert!(spec("Not a name").is_err());
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("*Permission*", "ListRolePermissions"));
        assert!(matches("List*", "ListRoles") && !matches("List*", "GetListing"));
        assert!(matches("*Client", "GetClient") && !matches("*Client", "ListClients"));
        assert!(matches("GetRole", "GetRole") && !matches("GetRole", "GetRoles"));
    }
}

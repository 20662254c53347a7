//! What a face file says, as it stands there.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// What a language's face has that does not follow from the schema.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Face {
    #[serde(rename = "client")]
    pub(crate) clients: Vec<ClientEntry>,
    pub(crate) methods: BTreeMap<String, MethodEntry>,
    #[serde(default)]
    pub(crate) steps: BTreeMap<String, StepsEntry>,
    #[serde(default, rename = "helper")]
    pub(crate) helpers: Vec<HelperEntry>,
    #[serde(default, rename = "extra")]
    pub(crate) extras: Vec<ExtraEntry>,
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) text: BTreeMap<String, String>,
}

/// A service client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientEntry {
    pub(crate) attribute: String,
    pub(crate) class: String,
    pub(crate) service: String,
    pub(crate) module: Option<String>,
    #[serde(default)]
    pub(crate) operations: Vec<String>,
    #[serde(default)]
    pub(crate) rename: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) missing: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) invalid: BTreeMap<String, String>,
    pub(crate) result: Option<String>,
}

/// How a method differs from what its operation suggests.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodEntry {
    pub(crate) client: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) params: Option<Vec<ParamEntry>>,
    pub(crate) result: Option<String>,
    pub(crate) iterator: Option<String>,
    pub(crate) failure: Option<String>,
    #[serde(default)]
    pub(crate) raises: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) needs: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) refuse: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) prefer: Vec<String>,
    #[serde(default)]
    pub(crate) trim: Vec<String>,
    pub(crate) mask: Option<String>,
    pub(crate) steps: Option<String>,
    pub(crate) doc: Option<String>,
    #[serde(default)]
    pub(crate) docs: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) also: Vec<MethodEntry>,
}

/// A parameter, or a named group of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum ParamEntry {
    One(String),
    Group(BTreeMap<String, Vec<ParamEntry>>),
}

/// A handwritten function that is a method too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtraEntry {
    pub(crate) client: String,
    pub(crate) name: String,
    pub(crate) function: String,
    pub(crate) module: String,
    pub(crate) takes: String,
    pub(crate) answer: String,
    pub(crate) operations: Vec<String>,
    pub(crate) doc: String,
}

/// The call that comes before a method's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepsEntry {
    pub(crate) first: String,
    pub(crate) takes: Vec<String>,
}

/// A method that builds a message and makes no call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HelperEntry {
    pub(crate) client: String,
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) params: Vec<ParamEntry>,
    pub(crate) doc: String,
}

impl Face {
    /// Reads the text of `codegen/faces/<language>.toml`.
    pub(crate) fn read(text: &str, language: &str) -> anyhow::Result<Self> {
        toml::from_str(text).with_context(|| format!("codegen/faces/{language}.toml"))
    }
}

impl ClientEntry {
    pub(crate) fn module(&self) -> &str {
        self.module.as_deref().unwrap_or(&self.attribute)
    }

    /// Whether its patterns claim an operation, named like its rpc.
    pub(crate) fn claims(&self, rpc: &str) -> bool {
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
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) presence: Presence,
    /// The field it fills, if that is not named like it.
    pub(crate) path: Option<String>,
}

/// Whether an argument must be given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Presence {
    Required,
    /// Must be given, but may be `None`.
    Nullable,
    /// May be left out, which leaves its field alone.
    Optional,
    /// May be left out: the default, a literal of the language.
    Default(String),
}

impl Presence {
    /// Whether the argument may be left out.
    pub(crate) fn omissible(&self) -> bool {
        matches!(self, Presence::Optional | Presence::Default(_))
    }
}

/// Reads one parameter; `None` is the star before keyword-only ones.
pub(crate) fn spec(text: &str) -> anyhow::Result<Option<Spec>> {
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
        (name, Presence::Optional)
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
    use super::{Presence, Spec, matches, spec};

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
        assert_eq!(read("page_size?"), named("page_size", Presence::Optional, None));
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

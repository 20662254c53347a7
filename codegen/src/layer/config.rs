//! The contents of `codegen/layers/<language>.toml`. The comments in these files describe the
//! entries.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// Configuration of a language layer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerConfig {
    #[serde(rename = "client")]
    pub(crate) clients: Vec<ClientConfig>,
    pub(crate) methods: BTreeMap<String, MethodConfig>,
    #[serde(default)]
    pub(crate) steps: BTreeMap<String, StepsConfig>,
    #[serde(default, rename = "builder")]
    pub(crate) builders: Vec<BuilderConfig>,
    #[serde(default)]
    pub(crate) handwritten: Vec<HandwrittenMethod>,
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) str_fields: BTreeMap<String, String>,
}

/// A service client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientConfig {
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

/// The differences between a method and the default method of its operation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodConfig {
    pub(crate) client: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) params: Option<Vec<ParamConfig>>,
    pub(crate) result: Option<String>,
    pub(crate) iterator: Option<String>,
    pub(crate) on_error: Option<String>,
    #[serde(default)]
    pub(crate) raises: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) required_sets: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) rejected_fields: BTreeMap<String, String>,
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
    pub(crate) also: Vec<MethodConfig>,
}

/// A parameter, or a named group of parameters.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum ParamConfig {
    One(String),
    Group(BTreeMap<String, Vec<ParamConfig>>),
}

/// A handwritten function that is exposed as a method.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandwrittenMethod {
    pub(crate) client: String,
    pub(crate) name: String,
    pub(crate) function: String,
    pub(crate) module: String,
    pub(crate) params_type: String,
    pub(crate) response: String,
    pub(crate) operations: Vec<String>,
    pub(crate) doc: String,
}

/// The first call of a method that makes two calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepsConfig {
    pub(crate) first: String,
    pub(crate) params: Vec<String>,
}

/// A method that builds a message and makes no call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuilderConfig {
    pub(crate) client: String,
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) params: Vec<ParamConfig>,
    pub(crate) doc: String,
}

impl LayerConfig {
    /// Parses the text of `codegen/layers/<language>.toml`.
    pub(crate) fn parse(text: &str, language: &str) -> anyhow::Result<Self> {
        toml::from_str(text).with_context(|| format!("codegen/layers/{language}.toml"))
    }
}

impl ClientConfig {
    pub(crate) fn module(&self) -> &str {
        self.module.as_deref().unwrap_or(&self.attribute)
    }

    /// Returns `true` if one of the client's patterns matches the name of an rpc.
    pub(crate) fn claims(&self, rpc: &str) -> bool {
        self.operations.iter().any(|pattern| matches(pattern, rpc))
    }
}

/// Returns `true` if the text matches the pattern. A `*` at the start or the end of the pattern
/// matches any text.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (None, None) => pattern == text,
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (Some(_), Some(_)) => text.contains(pattern.trim_matches('*')),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_matches_any_text() {
        assert!(matches("*Permission*", "ListRolePermissions"));
        assert!(matches("List*", "ListRoles") && !matches("List*", "GetListing"));
        assert!(matches("*Client", "GetClient") && !matches("*Client", "ListClients"));
        assert!(matches("GetRole", "GetRole") && !matches("GetRole", "GetRoles"));
    }
}

//! The configuration in `codegen/layers/resources.toml`.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

/// The content of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[serde(default, rename = "resource")]
    pub(super) resources: Vec<ResourceConfig>,
    #[serde(default)]
    pub(super) methods: BTreeMap<String, MethodConfig>,
    #[serde(default)]
    pub(super) messages: BTreeMap<String, MessageConfig>,
}

/// A resource that differs from the default of its service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceConfig {
    pub(super) accessor: String,
    pub(super) service: String,
    /// The nouns in upper camel case and singular.
    pub(super) nouns: Vec<String>,
    pub(super) doc: Option<String>,
    /// Names of arguments by request field.
    #[serde(default)]
    pub(super) rename: BTreeMap<String, String>,
}

/// A method that differs from the default of its operation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MethodConfig {
    pub(super) resource: Option<String>,
    pub(super) name: Option<String>,
    pub(super) arguments: Option<Vec<String>>,
    pub(super) output: Option<String>,
    #[serde(default)]
    pub(super) variants: Vec<VariantConfig>,
    /// The derived variants are left out.
    #[serde(default)]
    pub(super) no_variants: bool,
}

/// A method that calls the operation with other arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantConfig {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
}

/// A message whose required fields differ from the default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageConfig {
    pub(super) required: Vec<String>,
}

impl Config {
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).context("codegen/layers/resources.toml")
    }
}

//! The templates in `codegen/templates/swift`.

use std::sync::LazyLock;

use anyhow::Context;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::docs;

/// Includes the templates with these names.
macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/swift/", $name, ".jinja")))),*]
    };
}

const TEMPLATES: [(&str, &str); 6] = templates![
    "enum.swift",
    "message.swift",
    "methods.swift",
    "operations.swift",
    "resource.swift",
    "types.swift",
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the default delimiters are valid"));
    environment.add_filter("doc", |text: &str, indent: usize| docs::item(text, indent));
    environment
});

/// Renders a template.
///
/// # Errors
/// Returns an error with the name of the template and the line.
pub(super) fn render(name: &str, view: impl Serialize) -> anyhow::Result<String> {
    let (_, source) = TEMPLATES
        .iter()
        .find(|(template, _)| *template == name)
        .with_context(|| format!("there is no template {name}"))?;
    ENVIRONMENT
        .render_named_str(name, source, Serde(view))
        .with_context(|| format!("codegen/templates/swift/{name}.jinja"))
}

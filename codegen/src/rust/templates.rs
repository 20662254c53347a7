//! The templates in `codegen/templates/rust`.

use std::sync::LazyLock;

use anyhow::Context;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::docs;

/// Includes the templates with these names.
macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/rust/", $name, ".jinja")))),*]
    };
}

const TEMPLATES: [(&str, &str); 9] = templates![
    "dispatch.rs",
    "enum.rs",
    "index.rs",
    "message.rs",
    "module.rs",
    "operations.rs",
    "raw.rs",
    "raw_index.rs",
    "resource.rs",
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    environment.add_filter("doc", |text: &str, indent: usize| docs::item(text, indent));
    environment.add_filter("literal", |text: &str| format!("{text:?}"));
    environment.add_filter("markdown", docs::markdown);
    environment
});

/// Renders a template.
///
/// # Errors
/// Returns an error with the name of the template and the line.
pub(crate) fn render(name: &str, view: impl Into<Value>) -> anyhow::Result<String> {
    let (_, source) = TEMPLATES
        .iter()
        .find(|(template, _)| *template == name)
        .with_context(|| format!("there is no template {name}"))?;
    ENVIRONMENT
        .render_named_str(name, source, view)
        .with_context(|| format!("codegen/templates/rust/{name}.jinja"))
}

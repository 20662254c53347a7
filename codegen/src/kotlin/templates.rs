//! The templates in `codegen/templates/kotlin`.

use std::collections::BTreeSet;

use anyhow::Context;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// All templates by name.
const SOURCES: &[(&str, &str)] = &[
    (
        "types",
        include_str!("../../templates/kotlin/types.kt.jinja"),
    ),
    (
        "codecs",
        include_str!("../../templates/kotlin/codecs.kt.jinja"),
    ),
    (
        "service",
        include_str!("../../templates/kotlin/service.kt.jinja"),
    ),
    (
        "blocking",
        include_str!("../../templates/kotlin/blocking.kt.jinja"),
    ),
    (
        "async",
        include_str!("../../templates/kotlin/async.kt.jinja"),
    ),
    (
        "clients",
        include_str!("../../templates/kotlin/clients.kt.jinja"),
    ),
    (
        "operations",
        include_str!("../../templates/kotlin/operations.kt.jinja"),
    ),
    (
        "service_calls",
        include_str!("../../templates/kotlin/service_calls.kt.jinja"),
    ),
    (
        "macros",
        include_str!("../../templates/kotlin/macros.jinja"),
    ),
];

/// The parsed templates.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    pub(super) fn new() -> anyhow::Result<Self> {
        let mut environment = Environment::new();
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        environment.set_syntax(syntax.build()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        for (name, source) in SOURCES {
            environment.add_template(name, source)?;
        }
        Ok(Templates(environment))
    }

    pub(super) fn render(&self, name: &str, model: &impl Serialize) -> anyhow::Result<String> {
        let template = self.0.get_template(name)?;
        let text = template
            .render(Serde(model))
            .with_context(|| format!("template {name}"))?;
        let lines: Vec<&str> = without_unused_imports(&text).map(str::trim_end).collect();
        Ok(lines.join("\n").trim().to_owned() + "\n")
    }
}

/// Returns the lines of a file without the imports whose names do not occur in the code.
fn without_unused_imports(text: &str) -> impl Iterator<Item = &str> {
    let is_import = |line: &str| line.starts_with("import ");
    let words: BTreeSet<&str> = text
        .lines()
        .filter(|line| !is_import(line))
        .flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'))
        .collect();
    text.lines().filter(move |line| {
        let name = line.rsplit(['.', ' ']).next().unwrap_or_default();
        !is_import(line) || name == "*" || words.contains(name)
    })
}

//! The templates of generated files, in `codegen/templates`. The Rust code computes names, types
//! and expressions; the templates contain the layout of the files.

use std::sync::LazyLock;

use anyhow::Context;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::layer::wrap;
use crate::snake_case;

macro_rules! sources {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../templates/", $name, ".jinja")))),*]
    };
}

const SOURCES: &[(&str, &str)] = &sources!(
    "node/client.ts"
    "node/event-objects.ts"
    "node/macros"
    "node/method"
    "node/operations.ts"
    "node/services.ts"
    "python/client.py"
    "python/client.pyi"
    "python/clients.py"
    "python/message"
    "python/messages.py"
    "python/messages.pyi"
    "python/method"
    "python/operations.py"
    "site/operations.md"
);

static ENVIRONMENT: LazyLock<anyhow::Result<Environment<'static>>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("paragraphs", paragraphs);
    environment.add_filter("wrap", wrap_text);
    environment.add_filter("tsdoc", tsdoc);
    environment.add_filter("docstring", docstring);
    environment.add_filter("quoted", quoted);
    environment.add_filter("words", |name: &str| snake_case(name).replace('_', " "));
    for (name, source) in SOURCES {
        environment
            .add_template(name, source)
            .with_context(|| format!("template {name}"))?;
    }
    Ok(environment)
});

/// Renders a template.
///
/// # Errors
/// Returns an error with the name of the template if it is invalid or uses an undefined value.
pub(crate) fn render(name: &str, context: impl Serialize) -> anyhow::Result<String> {
    let environment = ENVIRONMENT
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let rendered = environment
        .get_template(name)
        .and_then(|template| template.render(Serde(context)));
    rendered.with_context(|| format!("template {name}"))
}

/// Wraps the paragraphs of a comment, with an empty line between them.
fn paragraphs(comment: &str, width: usize) -> String {
    wrap::paragraphs(comment, width).join("\n\n")
}

/// Wraps a text. All lines except the first one start with `hanging`.
fn wrap_text(text: &str, width: usize, hanging: Option<&str>) -> String {
    wrap::wrap(text, width, hanging.unwrap_or_default())
}

/// Returns a TSDoc comment, indented by `depth` levels. It has one line if that has at most 100
/// columns.
fn tsdoc(text: &str, depth: usize) -> String {
    let margin = "  ".repeat(depth);
    let text = text.trim().replace("*/", "*\u{200b}/");
    let single_line = format!("{margin}/** {text} */");
    if !text.contains('\n') && single_line.chars().count() <= 100 {
        return single_line;
    }
    let lines = text
        .lines()
        .map(|line| format!("{margin} * {line}").trim_end().to_owned() + "\n");
    format!("{margin}/**\n{}{margin} */", lines.collect::<String>())
}

/// Returns a Python docstring. The formatter indents its lines.
fn docstring(text: &str) -> String {
    let text = text.trim();
    let prefix = if text.contains('\\') { "r" } else { "" };
    let end = if text.contains('\n') { "\n" } else { "" };
    format!("{prefix}\"\"\"{text}{end}\"\"\"")
}

/// Returns a Python string literal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

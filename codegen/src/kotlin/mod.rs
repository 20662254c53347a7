//! The generated files of the Kotlin package, in `kotlin/src/generated/kotlin`.
//!
//! Each proto package becomes a Kotlin package with its messages and enums, and an internal object
//! with the tables of the JSON codec. Each resource becomes three classes: with `suspend`
//! functions, with blocking functions, and with functions that return a `CompletableFuture`.

mod docs;
mod enums;
mod imports;
mod messages;
mod operations;
mod services;
mod templates;
mod tests;
mod types;

use prost_reflect::{FileDescriptor, MessageDescriptor};
use serde::Serialize;

use crate::resources::Api;
use crate::schema::{Schema, snake_case, upper_camel};
use crate::{Output, kotlin::imports::Imports};

/// The package of the handwritten public classes.
const PACKAGE: &str = "com.scalekit.client";
const FOLDER: &str = "kotlin/src/generated/kotlin/com/scalekit/client";
const TESTS: &str = "kotlin/src/test/generated/com/scalekit/client";

/// Adds the files of the Kotlin package to `out`.
///
/// # Errors
/// Returns an error if Kotlin has no type for a schema element.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let api = Api::load(schema)?;
    let templates = templates::Templates::new()?;
    for file in schema.files() {
        add_package(schema, &api, &file, &templates, out)?;
    }
    services::generate(schema, &api, &templates, out)?;
    operations::generate(schema, &templates, out)?;
    tests::generate(schema, &api, &templates, out)
}

/// The messages and enums of a proto package.
#[derive(Serialize)]
struct Package {
    name: String,
    codecs: String,
    imports: Vec<String>,
    enums: Vec<enums::Enum>,
    messages: Vec<messages::Message>,
}

fn add_package(
    schema: &Schema,
    api: &Api,
    file: &FileDescriptor,
    templates: &templates::Templates,
    out: &mut Output,
) -> anyhow::Result<()> {
    let name = module_of(file.package_name());
    let own = format!("{PACKAGE}.{name}");
    let mut imports = Imports::new(&own, local_names(schema, file));
    let messages = schema.messages(file);
    let messages = messages
        .iter()
        .map(|message| messages::message(schema, api, message, &mut imports))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let enums = schema.enums(file);
    let enums = enums
        .iter()
        .map(|values| enums::of(schema, values))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let package = Package {
        codecs: codecs_of(file.package_name()),
        imports: imports.list(),
        name: own,
        enums,
        messages,
    };
    let folder = format!("{FOLDER}/{name}");
    let title = upper_camel(&name);
    for (template, file_name) in [
        ("types", format!("{title}Types.kt")),
        ("codecs", format!("{title}Codecs.kt")),
    ] {
        let text = templates.render(template, &package)?;
        out.text(&format!("{folder}/{file_name}"), &text)?;
    }
    Ok(())
}

/// Returns the names of all messages and enums of a file.
fn local_names(schema: &Schema, file: &FileDescriptor) -> Vec<String> {
    let messages = schema.messages(file);
    let messages = messages.iter().map(message_name);
    let enums = schema.enums(file);
    let enums = enums.iter().map(|values| values.name().to_owned());
    messages.chain(enums).collect()
}

/// Returns the name of a message. The name of a nested message starts with the names of its parents.
fn message_name(message: &MessageDescriptor) -> String {
    match message.parent_message() {
        Some(parent) => message_name(&parent) + message.name(),
        None => message.name().to_owned(),
    }
}

/// `scalekit.v1.auth.passwordless` → `passwordless`, `scalekit.v1.connected_accounts` →
/// `connectedaccounts`: the names of Kotlin packages have no underscores.
fn module_of(package: &str) -> String {
    let last = package.rsplit('.').next().unwrap_or(package);
    last.replace('_', "")
}

/// Returns the name of the object with the codecs of a package.
fn codecs_of(package: &str) -> String {
    format!("{}Codecs", upper_camel(&module_of(package)))
}

/// Returns a name in lower camel case: `page_size` → `pageSize`.
pub(crate) fn lower_camel(name: &str) -> String {
    let camel = upper_camel(name);
    let mut letters = camel.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Returns a name for declarations and calls: a keyword is written in backticks.
fn identifier(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "as",
        "break",
        "class",
        "continue",
        "do",
        "else",
        "false",
        "for",
        "fun",
        "if",
        "in",
        "interface",
        "is",
        "null",
        "object",
        "package",
        "return",
        "super",
        "this",
        "throw",
        "true",
        "try",
        "typealias",
        "typeof",
        "val",
        "var",
        "when",
        "while",
    ];
    let name = lower_camel(name);
    if KEYWORDS.contains(&name.as_str()) {
        format!("`{name}`")
    } else {
        name
    }
}

/// Returns the name of a constant: `GetOrganization` → `GET_ORGANIZATION`.
fn constant(name: &str) -> String {
    snake_case(name).to_uppercase()
}

//! The generated files of the Rust core.
//!
//! - `core/src/api/<package>.rs`: the resources of a package with their methods, and its messages
//!   and enums (templates `module.rs`, `resource.rs`, `message.rs`, `enum.rs`)
//! - `core/src/api/raw/<package>.rs`: the RPCs with their requests and responses (template `raw.rs`)
//! - `core/src/schema/operations.rs`: the table of operations
//!
//! The templates are in `codegen/templates/rust`. rustfmt formats their output, so templates do not
//! need to.

pub(crate) mod docs;
mod enums;
mod examples;
mod messages;
mod methods;
mod module;
mod operations;
mod raw;
mod resources;
mod rustfmt;
mod setters;
mod templates;
mod types;

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use prost_reflect::{FileDescriptor, MessageDescriptor};
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::resources::Api;
use crate::schema::{Schema, upper_camel};

pub(crate) use enums::variant;
pub(crate) use methods::{Conversion, conversion, output_field};
pub(crate) use module::Module;
pub(crate) use rustfmt::rustfmt;
pub(crate) use templates::render;
pub(crate) use types::is_secret;

/// What the generators of Rust code read.
pub(crate) struct Context<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) api: Api,
    config: Config,
}

/// The content of `codegen/layers/rust.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// Names of messages that differ from the default.
    #[serde(default)]
    types: BTreeMap<String, String>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(schema: &'a Schema) -> anyhow::Result<Self> {
        let config: Config = toml::from_str(include_str!("../../layers/rust.toml"))
            .context("codegen/layers/rust.toml")?;
        for name in config.types.keys() {
            ensure!(
                schema.pool().get_message_by_name(name).is_some(),
                "codegen/layers/rust.toml: there is no message {name}"
            );
        }
        Ok(Context {
            schema,
            api: Api::load(schema)?,
            config,
        })
    }

    /// Returns the Rust name of a message. By default, the name of a nested message starts with the
    /// names of its parents.
    fn message_name(&self, message: &MessageDescriptor) -> String {
        if let Some(name) = self.config.types.get(message.full_name()) {
            return name.clone();
        }
        match message.parent_message() {
            Some(parent) => self.message_name(&parent) + message.name(),
            None => message.name().to_owned(),
        }
    }

    /// Returns `true` for a message that only raw requests and responses contain.
    fn is_raw(&self, message: &MessageDescriptor) -> bool {
        let messages = &self.api.messages;
        !messages.is_input(message)
            && !messages.is_output(message)
            && messages.is_in_operation(message)
    }
}

/// Adds the files of the Rust core to `out`.
///
/// # Errors
/// Returns an error if the core has no Rust type for a schema element.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let context = Context::new(schema)?;
    out.text(
        "core/src/schema/operations.rs",
        &rustfmt(&operations::file(schema)?)?,
    )?;
    let mut modules = Vec::new();
    for file in schema.files() {
        let module = ModuleEntry::new(&context, &file);
        let name = &module.name;
        let code = rustfmt(&nice_module(&context, &file)?)?;
        out.text(&format!("core/src/api/{name}.rs"), &code)?;
        if file.services().next().is_some() {
            let code = rustfmt(&raw::file(&context, &file)?)?;
            out.text(&format!("core/src/api/raw/{name}.rs"), &code)?;
        }
        ensure!(
            modules
                .iter()
                .all(|other: &ModuleEntry| other.name != *name),
            "two packages have the module name {name}"
        );
        modules.push(module);
    }
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    for (template, path) in [
        ("index.rs", "core/src/api/mod.rs"),
        ("raw_index.rs", "core/src/api/raw/mod.rs"),
    ] {
        let view = minijinja::context! { modules => minijinja::value::Serde(&modules) };
        out.text(path, &rustfmt(&render(template, view)?)?)?;
    }
    Ok(())
}

/// A module in the index.
#[derive(Serialize)]
struct ModuleEntry {
    name: String,
    doc: String,
    accessors: Vec<String>,
    has_service: bool,
}

impl ModuleEntry {
    fn new(context: &Context<'_>, file: &FileDescriptor) -> Self {
        let accessors = context
            .api
            .resources
            .iter()
            .filter(|resource| resource.service.parent_file() == *file);
        ModuleEntry {
            name: module_of(file.package_name()),
            doc: docs::first_sentence(context.schema.comment(file))
                .unwrap_or_else(|| file.package_name().to_owned()),
            accessors: accessors
                .map(|resource| resource.accessor.clone())
                .collect(),
            has_service: file.services().next().is_some(),
        }
    }
}

/// Returns the module of a package: its resources, messages and enums.
fn nice_module(context: &Context<'_>, file: &FileDescriptor) -> anyhow::Result<String> {
    let mut module = Module::new(context, file.package_name());
    for resource in &context.api.resources {
        if resource.service.parent_file() == *file {
            let view = resources::view(resource, &mut module)?;
            module.add("resource.rs", &view)?;
        }
    }
    for message in context.schema.messages(file) {
        if !context.is_raw(&message) {
            let view = messages::view(&message, &mut module)?;
            module.add("message.rs", &view)?;
        }
    }
    for values in context.schema.enums(file) {
        let view = enums::view(context.schema, &values)?;
        module.import("crate::types::proto_enum");
        module.add("enum.rs", &view)?;
    }
    module.finish(context.schema.comment(file))
}

/// `scalekit.v1.auth.passwordless` → `passwordless`.
pub(crate) fn module_of(package: &str) -> String {
    package.rsplit('.').next().unwrap_or(package).to_owned()
}

/// Returns the variant of a oneof's enum for a field.
fn variant_name(field: &str) -> String {
    upper_camel(field)
}

//! The generated files of the Swift package: types, resources, and the tables of its tests.

mod docs;
mod enums;
mod fields;
mod messages;
pub(crate) mod names;
mod resources;
mod samples;
mod templates;

use std::collections::BTreeSet;

use anyhow::ensure;
use prost_reflect::FileDescriptor;
use serde_json::json;

use crate::resources::{Api, Messages};
use crate::schema::upper_camel;
use crate::{Output, Schema};

const TYPES: &str = "swift/Sources/ScalekitTypes/Generated";
const RESOURCES: &str = "swift/Sources/Scalekit/Generated";
const TESTS: &str = "swift/Tests/ScalekitTests/Generated";

/// Adds the files of the Swift package to `out`.
///
/// # Errors
/// Returns an error if the package has no Swift type for a schema element, or if two types have
/// the same name.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let api = Api::load(schema)?;
    check_names(schema)?;
    for file in schema.files() {
        if let Some(code) = types(schema, &api.messages, &file)? {
            out.text(&format!("{TYPES}/{}.swift", module(&file)), &code)?;
        }
    }
    let resources = resources::Resources { schema, api: &api };
    for resource in &api.resources {
        let name = resource.type_name();
        out.text(
            &format!("{RESOURCES}/{name}Resource.swift"),
            &resources.code(resource)?,
        )?;
        out.text(
            &format!("{TESTS}/{name}Calls.swift"),
            &resources.tests(resource)?,
        )?;
    }
    out.text(
        &format!("{TESTS}/Operations.swift"),
        &operations(schema, &api)?,
    )
}

/// Returns the messages and enums of a schema file, or `None` if it has none.
fn types(
    schema: &Schema,
    messages: &Messages,
    file: &FileDescriptor,
) -> anyhow::Result<Option<String>> {
    let mut parts = Vec::new();
    let mut used = schema.messages(file);
    used.retain(|message| messages.is_in_operation(message));
    for message in used {
        parts.push(messages::code(schema, messages, &message)?);
    }
    for values in schema.enums(file) {
        parts.push(enums::code(schema, &values)?);
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let imports_foundation = parts.iter().any(|part| fields::uses_foundation(part));
    let view = json!({ "parts": parts, "imports_foundation": imports_foundation });
    templates::render("types.swift", view).map(Some)
}

/// Returns the tables of all operations: the types of their messages, and the methods that call
/// them.
fn operations(schema: &Schema, api: &Api) -> anyhow::Result<String> {
    let operations = schema.operations()?;
    let operations = operations.iter().map(|operation| {
        let [request, response] = [operation.method.input(), operation.method.output()];
        json!({
            "name": operation.key,
            "request": names::message(&request),
            "response": names::message(&response),
        })
    });
    let view = json!({
        "operations": operations.collect::<Vec<_>>(),
        "resources": api.resources.iter().map(|resource| resource.type_name()).collect::<Vec<_>>(),
    });
    templates::render("operations.swift", view)
}

/// Checks that no two types have the same name.
fn check_names(schema: &Schema) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for file in schema.files() {
        let messages = schema.messages(&file);
        let enums = schema.enums(&file);
        let names = messages
            .iter()
            .map(names::message)
            .chain(enums.iter().map(names::enumeration));
        for name in names {
            ensure!(
                seen.insert(name.clone()),
                "two Swift types have the name {name}; add one of them to swift::names::RENAMED"
            );
        }
    }
    Ok(())
}

/// Returns the name of a schema file's Swift file: `scalekit.v1.connected_accounts` →
/// `ConnectedAccounts`.
fn module(file: &FileDescriptor) -> String {
    let package = file.package_name();
    upper_camel(package.rsplit('.').next().unwrap_or(package)) + "Types"
}

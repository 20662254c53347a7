//! The generated files of the Python package: message modules, service clients, and stubs.
//!
//! `codegen/layers/python.toml` configures the service clients.

mod client;
mod docs;
mod format;
mod imports;
mod message_stub;
mod messages;
mod method;
mod stub;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use crate::layer::config::LayerConfig;
use crate::layer::model::{Client, Conventions, ReturnValue};
use crate::layer::operations::first_methods;
use crate::layer::planner;
use crate::{Output, Schema};

const CONVENTIONS: Conventions = Conventions {
    language: "Python",
    default_return: || ReturnValue::MessageAndCall,
    options_group: None,
    method_link: |method| format!(":meth:`{method}`"),
};

fn config() -> anyhow::Result<LayerConfig> {
    LayerConfig::parse(include_str!("../../layers/python.toml"), "python")
}

fn plan(schema: &Schema, config: &LayerConfig) -> anyhow::Result<Vec<Client>> {
    planner::plan(schema, config, CONVENTIONS)
}

/// Adds the files of the Python package to `out`.
///
/// # Errors
/// Returns an error if an entry of `python.toml` does not match the schema, if a schema element
/// cannot be expressed in Python, or if the formatter is missing or fails.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let config = config()?;
    let mut files = message_files(schema, &config)?;
    let clients = plan(schema, &config)?;
    for client in &clients {
        let module = format!("python/scalekit/{}.py", client.module);
        files.insert(format!("{module}i"), client::stub(client)?);
        files.insert(module, client::module(client)?);
    }
    files.insert(
        "python/scalekit/_clients.py".to_owned(),
        client::clients(&clients)?,
    );
    files.insert(
        "python/scalekit/_operations.py".to_owned(),
        client::operations(&clients)?,
    );
    format::format(&mut files)?;
    for (path, text) in &files {
        out.text(path, text)?;
    }
    Ok(())
}

/// Returns the most direct method of each operation, such as `organization.get_organization`.
pub(crate) fn methods(schema: &Schema) -> anyhow::Result<BTreeMap<String, String>> {
    let clients = plan(schema, &config()?)?;
    Ok(first_methods(&clients, str::to_owned))
}

/// Returns the message modules with their stubs, and the packages of these modules.
fn message_files(
    schema: &Schema,
    config: &LayerConfig,
) -> anyhow::Result<BTreeMap<String, String>> {
    messages::check(schema, config)?;
    let mut files = BTreeMap::new();
    let mut packages = BTreeSet::new();
    for file in schema.files() {
        let (package, module) = types::module_of(&file);
        let path = format!("python/{}/{module}.py", package.replace('.', "/"));
        files.insert(
            format!("{path}i"),
            message_stub::stub(schema, config, &file)?,
        );
        files.insert(path, messages::module(&file, config)?);
        packages.extend(
            package
                .match_indices('.')
                .map(|(end, _)| package[..end].to_owned()),
        );
        packages.insert(package);
    }
    // `scalekit/__init__.py` is handwritten.
    packages.remove("scalekit");
    for package in packages {
        let path = format!("python/{}/__init__.py", package.replace('.', "/"));
        files.insert(
            path,
            format!("\"\"\"Message modules of ``{package}``.\"\"\"\n"),
        );
    }
    Ok(files)
}

#[cfg(test)]
mod tests;

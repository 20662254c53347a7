//! The generated files of the Python package: message modules, service clients, and stubs.
//!
//! `codegen/layers/python.toml` configures the service clients.

mod client;
mod client_stub;
mod docs;
mod guards;
mod message_stub;
mod messages;
mod presence_stub;
mod tables;
mod text;
mod types;

use crate::layer::config::LayerConfig;
use crate::layer::model::{Client, Conventions, ReturnValue};
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
/// Returns an error if an entry of `python.toml` does not match the schema, or if a schema element
/// cannot be expressed in Python.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let config = config()?;
    messages::generate(schema, &config, out)?;
    message_stub::generate(schema, &config, out)?;
    let clients = plan(schema, &config)?;
    for client in &clients {
        out.text(
            &format!("python/scalekit/{}.py", client.module),
            &client::module(client),
        )?;
        out.text(
            &format!("python/scalekit/{}.pyi", client.module),
            &client_stub::stub(client),
        )?;
    }
    out.text("python/scalekit/_clients.py", &tables::clients(&clients))?;
    out.text(
        "python/scalekit/_operations.py",
        &tables::operations(&clients),
    )
}

#[cfg(test)]
mod tests;

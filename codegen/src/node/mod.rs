//! The generated files of the Node package: message modules, service clients and names of events.
//!
//! `codegen/layers/node.toml` configures the service clients.

mod client;
mod events;
mod imports;
mod init;
mod messages;
mod method;
mod names;
mod params;
mod types;

use std::collections::BTreeMap;

use crate::layer::config::LayerConfig;
use crate::layer::model::{Client, Conventions, ReturnValue};
use crate::layer::operations::first_methods;
use crate::layer::planner;
use crate::{Output, Schema};

const CONVENTIONS: Conventions = Conventions {
    language: "Node",
    default_return: || ReturnValue::Message,
    options_group: Some("options"),
    method_link: |method| format!("`{}`", names::camel(method)),
};

/// Adds the files of the Node package to `out`.
///
/// # Errors
/// Returns an error if an entry of `node.toml` does not match the schema, or if the plugin for the
/// messages is missing or fails.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    messages::generate(schema, out)?;
    events::generate(schema, out)?;
    let clients = plan(schema)?;
    for client in &clients {
        out.text(
            &format!("node/src/services/{}.ts", client.module),
            &client::module(client)?,
        )?;
    }
    out.text("node/src/services/index.ts", &client::services(&clients)?)?;
    out.text(
        "node/src/services/operations.ts",
        &client::operations(&clients)?,
    )
}

/// Returns the most direct method of each operation, such as `organization.getOrganization`.
pub(crate) fn methods(schema: &Schema) -> anyhow::Result<BTreeMap<String, String>> {
    Ok(first_methods(&plan(schema)?, names::camel))
}

fn plan(schema: &Schema) -> anyhow::Result<Vec<Client>> {
    let config = LayerConfig::parse(include_str!("../../layers/node.toml"), "node")?;
    planner::plan(schema, &config, CONVENTIONS)
}

#[cfg(test)]
mod tests;

//! The files of the Node package: message modules and service clients.
//!
//! The clients follow from the schema; what differs from that is in `faces/node.toml`.

mod body;
mod client;
mod docs;
mod init;
mod messages;
mod names;
mod tables;
mod types;

use crate::faces::face::Face;
use crate::faces::plan::{Client, Outcome, Style, clients};
use crate::{Output, Schema};

const STYLE: Style = Style {
    language: "Node",
    outcome: || Outcome::Message,
    optional: Some("options"),
    link: |method| format!("`{}`", names::camel(method)),
};

/// Adds the files of the Node package to `out`.
///
/// # Errors
/// An entry of the face that the schema does not fit, or a plugin for the messages that is missing or fails.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    messages::generate(schema, out)?;
    let clients = plan(schema)?;
    for client in &clients {
        out.text(&format!("node/src/{}.ts", client.module), &client::module(client))?;
    }
    out.text("node/src/services.ts", &tables::services(&clients))?;
    out.text("node/src/operations.ts", &tables::operations(&clients))
}

fn plan(schema: &Schema) -> anyhow::Result<Vec<Client>> {
    let face = Face::read(include_str!("../../faces/node.toml"), "node")?;
    clients(schema, &face, STYLE)
}

#[cfg(test)]
mod tests;

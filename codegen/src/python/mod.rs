//! The files of the Python package: message modules, service clients, and the stubs of both.
//!
//! The clients follow from the schema; what differs from that is in `faces/python.toml`.

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

use crate::faces::face::Face;
use crate::faces::plan::{Client, Outcome, Style, clients};
use crate::{Output, Schema};

const STYLE: Style = Style {
    language: "Python",
    outcome: || Outcome::Both,
    optional: None,
    link: |method| format!(":meth:`{method}`"),
};

/// What the Python face has that does not follow from the schema.
fn face() -> anyhow::Result<Face> {
    Face::read(include_str!("../../faces/python.toml"), "python")
}

fn plan(schema: &Schema, face: &Face) -> anyhow::Result<Vec<Client>> {
    clients(schema, face, STYLE)
}

/// Adds the files of the Python package to `out`.
///
/// # Errors
/// An entry of the face that the schema does not fit, or what Python cannot express.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let face = face()?;
    messages::generate(schema, &face, out)?;
    message_stub::generate(schema, &face, out)?;
    let clients = plan(schema, &face)?;
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
    out.text("python/scalekit/_operations.py", &tables::operations(&clients))
}

#[cfg(test)]
mod tests;

//! The files of the Python package: message modules, service clients, and the stubs of both.
//!
//! The clients follow from the schema; what differs from that is in `faces/python.toml`.

mod client;
mod client_stub;
mod docs;
mod face;
mod message_stub;
mod messages;
mod params;
mod plan;
mod planner;
mod presence_stub;
mod tables;
mod text;
mod types;
mod variants;

use crate::{Output, Schema};

/// Adds the files of the Python package to `out`.
///
/// # Errors
/// An entry of the face that the schema does not fit, or what Python cannot express.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let face = face::Face::load()?;
    messages::generate(schema, &face, out)?;
    message_stub::generate(schema, &face, out)?;
    let clients = plan::clients(schema, &face)?;
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

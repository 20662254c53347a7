//! The files of the Node package: message modules and service clients.
//!
//! The clients follow from the schema; what differs from that is in `faces/node.toml`.

mod messages;

use crate::{Output, Schema};

/// Adds the files of the Node package to `out`.
///
/// # Errors
/// An entry of the face that the schema does not fit, or a plugin for the messages that is missing or fails.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    messages::generate(schema, out)
}

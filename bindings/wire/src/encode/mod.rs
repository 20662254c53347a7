//! Protobuf to JSON, and to the path, query and body of a request.
//!
//! A message's bytes are walked once to note where each field is ([`scan::Scan`]); then the fields are written in
//! the schema's order, straight from those places. What occurs several times (the parts of a repeated field, a
//! message to be merged) is walked again. Nothing is decoded into a tree.

mod alias;
mod json;
mod leaf;
mod request;
mod scan;
mod well_known;

pub(crate) use request::encode_request;

use crate::{
    fault::Outcome,
    schema::{Message, Schema},
};

/// What writing needs to know at every level.
#[derive(Clone, Copy)]
struct Encoder {
    schema: &'static Schema,
    /// Messages around the current one.
    depth: u32,
}

/// The message as a JSON object.
pub(crate) fn encode(schema: &'static Schema, message: &Message, bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() * 2 + 16);
    Encoder { schema, depth: 0 }.message(message, bytes, &mut out)?;
    Ok(out)
}

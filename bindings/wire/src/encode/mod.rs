//! Converts protobuf to JSON, and to the path, query and body of a request.
//!
//! A message whose fields are in schema order is written in one pass. For other messages and for
//! requests, the first pass records the position of each field ([`scan::Scan`]), and the fields are
//! written in schema order from these positions. No tree is built.

mod alias;
mod json;
mod leaf;
mod request;
mod scan;
mod well_known;

pub use request::encode_request;

use crate::{
    fault::Outcome,
    schema::{Message, Schema},
};

/// The state of the encoder at one nesting level.
#[derive(Clone, Copy)]
struct Encoder {
    schema: &'static Schema,
    /// The number of messages that enclose the current message.
    depth: u32,
}

/// Converts a message to a JSON object.
pub(crate) fn encode(schema: &'static Schema, message: &Message, bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() * 2 + 16);
    Encoder { schema, depth: 0 }.message(message, bytes, &mut out)?;
    Ok(out)
}

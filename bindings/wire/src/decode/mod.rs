//! JSON to protobuf, in one pass: what the JSON reader finds goes straight into the output.
//!
//! The proto3 JSON mapping, and where it leaves room:
//!
//! * `null` is "not set", and skipped in arrays and maps (but is a value for `google.protobuf.Value`);
//! * an enum name that the schema does not know is "not set", and skipped in arrays and maps; an unknown number is
//!   kept;
//! * of a field or map key that occurs twice, in either spelling, the last occurrence counts;
//! * unknown fields are skipped; two different members of one oneof are an error.

mod context;
mod key;
mod leaf;
mod message;
mod visitor;

use serde::de::DeserializeSeed as _;

use self::{
    context::{Context, Step},
    message::MessageSeed,
};
use crate::{
    fault::{Fault, Outcome},
    schema::{Message, Schema},
};

/// Appends the message to `out`; on failure `out` is as before.
pub(crate) fn decode(
    schema: &'static Schema,
    message: &'static Message,
    json: &[u8],
    out: &mut Vec<u8>,
) -> Outcome<()> {
    // Checked once here instead of once a string.
    let text = std::str::from_utf8(json).map_err(|_| Fault::new("malformed JSON: not UTF-8"))?;
    let start = out.len();
    // Names and quotes make up for the tags, so that this rarely has to grow.
    out.reserve(json.len() / 2);
    let mut context = Context {
        schema,
        out,
        trail: Vec::new(),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = MessageSeed {
        context: &mut context,
        message,
        depth: 0,
    };
    match seed.deserialize(&mut reader).and_then(|()| reader.end()) {
        Ok(()) => Ok(()),
        Err(error) => {
            let fault = context
                .trail
                .iter()
                .fold(Fault::new(describe(&error)), |fault, step| match step {
                    Step::Field(name) => fault.within(name),
                    Step::Element(index) => fault.within_element(*index),
                });
            out.truncate(start);
            Err(fault)
        }
    }
}

fn describe(error: &serde_json::Error) -> String {
    // Of this crate's own visitors; everything else is about the text.
    if error.is_data() {
        error.to_string()
    } else {
        format!("malformed JSON: {error}")
    }
}

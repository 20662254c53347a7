//! Converts JSON to protobuf in one pass. Values go directly from the JSON parser to the output.
//!
//! The mapping is proto3 JSON. Where it leaves a choice:
//!
//! * `null` leaves the field unset. In arrays and maps the element is skipped. For
//!   `google.protobuf.Value`, `null` is a value.
//! * An unknown enum name leaves the field unset. In arrays and maps the element is skipped. An
//!   unknown enum number is written as it is.
//! * If a field or a map key occurs twice, in either spelling, the last occurrence counts.
//! * Unknown fields are skipped. Two different members of one oneof are an error.

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

/// Converts a message and appends it to `out`. On an error, `out` is unchanged.
pub(crate) fn decode(
    schema: &'static Schema,
    message: &'static Message,
    json: &[u8],
    out: &mut Vec<u8>,
) -> Outcome<()> {
    // One check here is faster than one check for each string.
    let text = std::str::from_utf8(json).map_err(|_| Fault::new("malformed JSON: not UTF-8"))?;
    let start = out.len();
    // The bytes of a message are usually less than half as long as its JSON.
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
    // Data errors come from the visitors of this crate. All other errors are syntax errors.
    if error.is_data() {
        error.to_string()
    } else {
        format!("malformed JSON: {error}")
    }
}

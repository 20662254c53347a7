//! The schema of the emulator: all descriptors with their options, which contain the routes and the
//! constraints.

use anyhow::Context;
use prost::Message;
use prost_reflect::{DynamicMessage, Value};

use crate::{Output, Schema};

/// A `google.protobuf.FileDescriptorSet` that is embedded in the emulator.
const FILE: &str = "emulator/src/schema.binpb";

/// Adds the files of the emulator to `out`.
///
/// # Errors
/// Returns an error if the schema cannot be encoded as a descriptor set.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let pool = schema.pool();
    let descriptor = pool
        .get_message_by_name("google.protobuf.FileDescriptorSet")
        .context("no file imports google/protobuf/descriptor.proto")?;
    // A dynamic message preserves the custom options. The types of `prost-types` would drop them.
    let mut set = DynamicMessage::decode(descriptor, pool.encode_to_vec().as_slice())?;
    let files = set
        .get_field_by_name_mut("file")
        .and_then(Value::as_list_mut)
        .context("FileDescriptorSet has no files")?;
    for file in files {
        // Comments and source positions are three quarters of the bytes, and the emulator does not
        // use them.
        file.as_message_mut()
            .context("FileDescriptorSet contains a file that is not a message")?
            .clear_field_by_name("source_code_info");
    }
    out.bytes(FILE, set.encode_to_vec())
}

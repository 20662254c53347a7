//! The emulator's schema: every descriptor with its options, which carry the routes and the constraints.

use anyhow::Context;
use prost::Message;
use prost_reflect::{DynamicMessage, Value};

use crate::{Output, Schema};

/// The file the emulator embeds: a `google.protobuf.FileDescriptorSet`.
const FILE: &str = "emulator/src/schema.binpb";

/// Adds the files of the emulator to `out`.
///
/// # Errors
/// The schema cannot be written as a descriptor set.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let pool = schema.pool();
    let descriptor = pool
        .get_message_by_name("google.protobuf.FileDescriptorSet")
        .context("no file imports google/protobuf/descriptor.proto")?;
    // As a dynamic message the set keeps the custom options, which the static types would drop.
    let mut set = DynamicMessage::decode(descriptor, pool.encode_to_vec().as_slice())?;
    let files = set
        .get_field_by_name_mut("file")
        .and_then(Value::as_list_mut)
        .context("a set without files")?;
    for file in files {
        // Comments and source positions: three quarters of the bytes, and no use to a running server.
        file.as_message_mut()
            .context("a file that is no message")?
            .clear_field_by_name("source_code_info");
    }
    out.bytes(FILE, set.encode_to_vec())
}

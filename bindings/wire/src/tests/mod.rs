//! Compares the codec with `prost-reflect` and with hand-written vectors.

mod hostile;
mod json_composites;
mod json_errors;
mod json_vectors;
mod pool;
mod protobuf_vectors;
mod public;
mod random;
mod reflect;
mod requests;
mod tables;
mod time_vectors;
mod writing;

use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};

use self::pool::Pair;
use crate::schema::Message;

/// Converts protobuf bytes with this crate and parses the JSON.
fn to_json(
    pair: &Pair,
    message: &'static Message,
    bytes: &[u8],
) -> Result<serde_json::Value, String> {
    let json =
        crate::encode::encode(pair.schema, message, bytes).map_err(|fault| fault.to_string())?;
    Ok(serde_json::from_slice(&json).expect("the codec writes JSON"))
}

/// Converts JSON to protobuf bytes with this crate.
fn to_bytes(pair: &Pair, message: &'static Message, json: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    crate::decode::decode(pair.schema, message, json.as_bytes(), &mut out)
        .map_err(|fault| fault.to_string())?;
    Ok(out)
}

/// Converts a message with `prost-reflect`, with the field names that the service uses.
fn reference_json(message: &DynamicMessage) -> Result<serde_json::Value, String> {
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .skip_default_fields(true);
    let mut json = Vec::new();
    message
        .serialize_with_options(&mut serde_json::Serializer::new(&mut json), &options)
        .map_err(|error| error.to_string())?;
    // Serializing to text first writes a float with its own digits. A direct conversion would widen
    // it to a double.
    Ok(serde_json::from_slice(&json).unwrap())
}

fn reference_message(descriptor: &MessageDescriptor, json: &str) -> Result<DynamicMessage, String> {
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let mut reader = serde_json::Deserializer::from_str(json);
    let message =
        DynamicMessage::deserialize_with_options(descriptor.clone(), &mut reader, &options);
    message.map_err(|error| error.to_string())
}

fn reference_decode(descriptor: &MessageDescriptor, bytes: &[u8]) -> DynamicMessage {
    DynamicMessage::decode(descriptor.clone(), bytes).unwrap()
}

fn reference_bytes(message: &DynamicMessage) -> Vec<u8> {
    message.encode_to_vec()
}

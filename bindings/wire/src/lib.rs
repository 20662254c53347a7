//! Converts protobuf bytes to the REST JSON of the Scalekit API and back.
//!
//! The Python and Node packages use protobuf messages and pass their bytes to Rust. The service
//! uses JSON over REST. [`encode_request`] converts the bytes of a request message to a path, a
//! query and a JSON body, as the operation's route defines. [`decode_response`] converts the JSON
//! of a response to the bytes of its message. One codec handles all messages. It reads tables that
//! are generated from the schema, works in one pass and builds no tree.
//!
//! ```
//! use scalekit::schema;
//!
//! let operation = schema::find("OrganizationService.GetOrganization").expect("an operation of the API");
//! // Field 1, `id`, is "org_1".
//! let request = scalekit_wire::encode_request(operation, b"\x0a\x05org_1")?;
//! assert_eq!(request.path, "/api/v1/organizations/org_1");
//!
//! let mut response = Vec::new();
//! scalekit_wire::decode_response(operation, br#"{"organization":{"id":"org_1"}}"#, &mut response)?;
//! let json = scalekit_wire::protobuf_to_json(operation.response, &response)?;
//! assert_eq!(json, r#"{"organization":{"id":"org_1"}}"#);
//! # Ok::<(), scalekit::Error>(())
//! ```
//!
//! The mapping is [proto3 JSON](https://protobuf.dev/programming-guides/json/). In the JSON that
//! this crate writes, field names are in snake_case as in the schema, 64-bit integers are strings,
//! enum values are names (unknown values are numbers), bytes are padded standard base64, timestamps
//! are in UTC with 0, 3, 6 or 9 fraction digits, and field masks are camelCase. Unset fields are
//! omitted, and so are zeros of fields without presence. Reading is lenient, so that the service
//! can evolve:
//!
//! * Unknown fields are skipped, in JSON and in protobuf. Field names may be in snake_case or
//!   camelCase.
//! * An unknown enum name leaves the field unset. In arrays and maps the element is skipped.
//! * `null` leaves the field unset. In arrays and maps the element is skipped. For
//!   `google.protobuf.Value`, `null` is a value.
//! * If a field or a map key occurs twice, the last occurrence counts. Two different members of one
//!   oneof are an error in JSON. In protobuf the last member counts.
//!
//! Messages may nest 100 levels deep, which is the limit of the protobuf runtimes. Map entries and
//! the parts of a `google.protobuf.Struct` count as levels. No input causes a panic, and errors
//! never contain values.

mod decode;
mod encode;
mod fault;
mod lookup;
mod reader;
mod schema;
#[rustfmt::skip]
mod tables;
mod text;
mod time;
mod writer;

#[cfg(test)]
mod tests;

use scalekit::{Error, schema::Operation};

pub use encode::encode_request;

use crate::{fault::Fault, schema::Message, tables::SCHEMA};

/// Converts the JSON of a response to protobuf bytes and appends them to `out`.
///
/// The message type is `operation.response`. If that type has no fields, an empty body is accepted
/// too. On an error, `out` is unchanged.
///
/// # Errors
/// [`InternalServer`](scalekit::ErrorKind::InternalServer) if the body is not JSON or does not
/// match the message type. The error names the field and the expected type.
pub fn decode_response(
    operation: &'static Operation,
    json: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let message = find(operation.response).map_err(|error| error.with_operation(operation.name))?;
    if message.fields.is_empty() && json.trim_ascii().is_empty() {
        return Ok(());
    }
    decode::decode(&SCHEMA, message, json, out).map_err(|fault| {
        Error::bad_response(200, format!("invalid response: {fault}"))
            .with_operation(operation.name)
    })
}

/// The largest response that is decoded on the calling thread. Decoding it takes a fraction of a
/// millisecond.
const MAX_INLINE_BYTES: usize = 64 << 10;

/// Decodes a response like [`decode_response`], within a tokio runtime.
///
/// Large responses are decoded on a blocking thread, so that they do not delay other calls on the
/// runtime.
///
/// # Errors
/// The errors of [`decode_response`], and
/// [`InternalServer`](scalekit::ErrorKind::InternalServer) if the runtime shuts down first.
pub async fn decode_response_async(
    operation: &'static Operation,
    json: impl AsRef<[u8]> + Send + 'static,
) -> Result<Vec<u8>, Error> {
    let inline = json.as_ref().len() <= MAX_INLINE_BYTES;
    let decode = move || {
        let json = json.as_ref();
        let mut message = Vec::with_capacity(json.len());
        decode_response(operation, json, &mut message)?;
        Ok(message)
    };
    if inline {
        return decode();
    }
    match tokio::task::spawn_blocking(decode).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::bad_response(
            200,
            "the runtime shut down before the response was decoded",
        )
        .with_operation(operation.name)),
    }
}

/// Converts a message from JSON to protobuf bytes. `message` is the full name of its type, such as
/// `scalekit.v1.users.User`.
///
/// # Errors
/// [`InvalidArgument`](scalekit::ErrorKind::InvalidArgument) if the message name is unknown or the
/// JSON does not match the message type.
pub fn json_to_protobuf(message: &str, json: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    decode::decode(&SCHEMA, find(message)?, json, &mut out).map_err(invalid_argument)?;
    Ok(out)
}

/// Converts a message from protobuf bytes to JSON. `message` is the full name of its type, such as
/// `scalekit.v1.users.User`.
///
/// # Errors
/// [`InvalidArgument`](scalekit::ErrorKind::InvalidArgument) if the message name is unknown, if the
/// bytes are not valid protobuf, or if a value cannot be represented in JSON.
pub fn protobuf_to_json(message: &str, protobuf: &[u8]) -> Result<String, Error> {
    let json = encode::encode(&SCHEMA, find(message)?, protobuf).map_err(invalid_argument)?;
    String::from_utf8(json).map_err(|_| Error::invalid_argument("not UTF-8"))
}

fn invalid_argument(fault: Fault) -> Error {
    Error::invalid_argument(fault)
}

fn find(name: &str) -> Result<&'static Message, Error> {
    SCHEMA
        .message_named(name)
        .ok_or_else(|| Error::invalid_argument(format!("unknown message type {name}")))
}

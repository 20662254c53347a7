//! Protobuf bytes to the REST JSON of the Scalekit API and back.
//!
//! Languages whose users hold protobuf messages (Python, Node) cross into Rust with bytes; the service speaks JSON
//! over REST. This crate stands between: [`encode_request`] turns the bytes of a request into path, query and body
//! by the operation's route, [`decode_response`] turns the JSON of an answer into the bytes of its message. One
//! codec, driven by tables that are generated from the schema, serves all messages, in one pass and without
//! building a tree.
//!
//! ```
//! use scalekit::operation;
//!
//! let operation = operation::find("OrganizationService.GetOrganization").expect("an operation of the API");
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
//! The mapping is [proto3 JSON](https://protobuf.dev/programming-guides/json/). JSON is written with the schema's
//! own (snake_case) field names, 64-bit integers as strings, enums by name (unknown ones by number), bytes as
//! padded standard base64, timestamps in UTC with 0, 3, 6 or 9 digits of fraction. Field masks are camelCase.
//! Fields that are not set, and zeros of fields without presence, are left out. Reading is lenient where the
//! service may evolve:
//!
//! * unknown fields are skipped, on both sides; both spellings of a field name are accepted;
//! * an enum name that the schema does not know counts as not set, and is skipped in arrays and maps;
//! * `null` counts as not set, and is skipped in arrays and maps (for `google.protobuf.Value` it is a value);
//! * of a field or a map key that occurs twice the last occurrence counts; two different members of a oneof are an
//!   error in JSON, while in protobuf the last one is set.
//!
//! Messages may nest 100 levels deep, map entries and the parts of a `google.protobuf.Struct` included: what
//! protobuf runtimes accept. No input panics, and no error contains a value.

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

use scalekit::{Error, call::route::PreparedRequest, operation::Operation};

use crate::{fault::Fault, schema::Message, tables::SCHEMA};

/// Turns a request, as the protobuf bytes of `operation.request`, into what is sent: method, path, query and JSON
/// body.
///
/// The route is the first one whose path fields are all set. Fields that are neither in the path nor the route's
/// body go into the query: nested messages dotted (`filter.name`), repeated fields as repeated keys, maps as
/// `metadata[key]`, everything else as its JSON text without quotes. A body field that is not set means no body.
///
/// # Errors
/// [`InvalidArgument`](scalekit::ErrorKind::InvalidArgument) for bytes that are not protobuf or hold a value that
/// JSON has no form for (a timestamp beyond the year 9999, text that is not UTF-8), and for a missing path field.
pub fn encode_request(operation: &'static Operation, protobuf: &[u8]) -> Result<PreparedRequest, Error> {
    let message = find(operation.request).map_err(|error| error.with_operation(operation.name))?;
    encode::encode_request(&SCHEMA, message, operation, protobuf)
}

/// Appends the answer to `operation`, given as JSON, to `out` as the protobuf bytes of `operation.response`.
///
/// An empty body is an empty message if the message has no fields. On an error `out` stays as it was.
///
/// # Errors
/// [`InternalServer`](scalekit::ErrorKind::InternalServer) for a body that is not JSON or does not fit the message; the error
/// names field and expected type.
pub fn decode_response(operation: &'static Operation, json: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let message = find(operation.response).map_err(|error| error.with_operation(operation.name))?;
    if message.fields.is_empty() && json.trim_ascii().is_empty() {
        return Ok(());
    }
    decode::decode(&SCHEMA, message, json, out).map_err(|fault| {
        Error::bad_reply(200, format!("the answer cannot be understood: {fault}"))
            .with_operation(operation.name)
    })
}

/// What is decoded at once: a fraction of a millisecond.
const SMALL: usize = 64 << 10;

/// [`decode_response`] within a tokio runtime: a large answer is decoded on a thread of its own, so that the calls that
/// share the runtime go on.
///
/// # Errors
/// As there.
pub async fn decode_aside(
    operation: &'static Operation,
    json: impl AsRef<[u8]> + Send + 'static,
) -> Result<Vec<u8>, Error> {
    let small = json.as_ref().len() <= SMALL;
    let decode = move || {
        let json = json.as_ref();
        let mut message = Vec::with_capacity(json.len());
        decode_response(operation, json, &mut message)?;
        Ok(message)
    };
    if small {
        return decode();
    }
    match tokio::task::spawn_blocking(decode).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(
            Error::bad_reply(200, "the runtime ended before the answer was decoded")
                .with_operation(operation.name),
        ),
    }
}

/// The protobuf bytes of a message that is given as JSON. `message` is its full name, such as
/// `scalekit.v1.users.User`.
///
/// # Errors
/// [`InvalidArgument`](scalekit::ErrorKind::InvalidArgument) for an unknown message name, and for JSON that does
/// not fit the message.
pub fn json_to_protobuf(message: &str, json: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    decode::decode(&SCHEMA, find(message)?, json, &mut out).map_err(refuse)?;
    Ok(out)
}

/// The JSON of a message that is given as protobuf bytes. `message` is its full name, such as
/// `scalekit.v1.users.User`.
///
/// # Errors
/// [`InvalidArgument`](scalekit::ErrorKind::InvalidArgument) for an unknown message name, and for bytes that are
/// not protobuf or hold a value that JSON has no form for.
pub fn protobuf_to_json(message: &str, protobuf: &[u8]) -> Result<String, Error> {
    let json = encode::encode(&SCHEMA, find(message)?, protobuf).map_err(refuse)?;
    String::from_utf8(json).map_err(|_| Error::invalid_argument("not UTF-8"))
}

fn refuse(fault: Fault) -> Error {
    Error::invalid_argument(fault.to_string())
}

fn find(name: &str) -> Result<&'static Message, Error> {
    SCHEMA
        .message_named(name)
        .ok_or_else(|| Error::invalid_argument(format!("no message is called {name}")))
}

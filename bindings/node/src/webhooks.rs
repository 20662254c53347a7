//! Webhooks and interceptors: the body is read where JavaScript has it.

use napi::Either;
use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;
use scalekit::Client;
use scalekit::webhook::{Purpose, SignatureHeaders};

use crate::failure::Failure;
use crate::guard;

/// Verifies a payload whose three headers the caller has found; nothing if it is genuine.
#[napi]
pub(crate) fn verify_signature(
    client: &External<Client>,
    secret: String,
    id: String,
    timestamp: String,
    signature: String,
    payload: Either<BufferSlice<'_>, String>,
) -> Option<Failure> {
    let headers = SignatureHeaders {
        id: id.into(),
        timestamp: timestamp.into(),
        signature: signature.into(),
    };
    verify(client, &secret, &headers, &payload)
}

/// Verifies a payload; `headers` are names and values in turn, of which the core picks those that count.
#[napi]
pub(crate) fn verify_payload(
    client: &External<Client>,
    interceptor: bool,
    secret: String,
    headers: Vec<String>,
    payload: Either<BufferSlice<'_>, String>,
) -> Option<Failure> {
    let purpose = if interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    };
    let (pairs, _) = headers.as_chunks::<2>();
    let pairs = pairs.iter().map(|[name, value]| (name, value));
    let headers = SignatureHeaders::from_pairs(purpose, pairs);
    verify(client, &secret, &headers, &payload)
}

fn verify(
    client: &Client,
    secret: &str,
    headers: &SignatureHeaders<'_>,
    payload: &Either<BufferSlice<'_>, String>,
) -> Option<Failure> {
    let payload: &[u8] = match payload {
        Either::A(bytes) => bytes,
        Either::B(text) => text.as_bytes(),
    };
    guard::failure(|| Ok(client.verify_webhook(secret, headers, payload)?))
}

//! Webhooks and interceptors: the body is read where JavaScript has it. It comes as either text or bytes, in two
//! arguments: to find out which of the two one argument is takes longer than to verify a small body.

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
    text: Option<String>,
    bytes: Option<BufferSlice<'_>>,
) -> Option<Failure> {
    let headers = SignatureHeaders {
        id: id.into(),
        timestamp: timestamp.into(),
        signature: signature.into(),
    };
    verify(client, &secret, &headers, text, bytes)
}

/// Verifies a payload; `headers` are names and values in turn, of which the core picks those that count.
#[napi]
pub(crate) fn verify_payload(
    client: &External<Client>,
    interceptor: bool,
    secret: String,
    headers: Vec<String>,
    text: Option<String>,
    bytes: Option<BufferSlice<'_>>,
) -> Option<Failure> {
    let purpose = if interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    };
    let (pairs, _) = headers.as_chunks::<2>();
    let pairs = pairs.iter().map(|[name, value]| (name, value));
    let headers = SignatureHeaders::from_pairs(purpose, pairs);
    verify(client, &secret, &headers, text, bytes)
}

fn verify(
    client: &Client,
    secret: &str,
    headers: &SignatureHeaders<'_>,
    text: Option<String>,
    bytes: Option<BufferSlice<'_>>,
) -> Option<Failure> {
    let payload: &[u8] = match (&text, &bytes) {
        (Some(text), _) => text.as_bytes(),
        (None, Some(bytes)) => bytes,
        (None, None) => &[],
    };
    guard::failure(|| Ok(client.verify_webhook(secret, headers, payload)?))
}

//! Verification of webhooks and interceptor requests.
//!
//! Binary bodies are not copied. A body is passed in one of two arguments, text or bytes: finding
//! out the type of a single argument would take longer than verifying a small body.

use napi::Either;
use napi::bindgen_prelude::{BufferSlice, Env, External, FnArgs, Function};
use napi_derive::napi;
use scalekit_bindings::Client;
use scalekit_bindings::webhooks::{SignatureHeaders, purpose};

use crate::failure::Failure;
use crate::guard::{self, Outcome};
use crate::options::clock;

/// Secret, id, timestamp and signature, separated by NUL characters; the time in milliseconds since
/// 1970; the body as text; the body as bytes.
type Arguments<'a> = FnArgs<(String, f64, Option<String>, Option<BufferSlice<'a>>)>;

/// Creates a JavaScript function that verifies webhooks. It returns `true` or a failure. It returns
/// `false` if its first argument does not have exactly four parts.
///
/// This is a fast path. Unwrapping a client and converting four strings would take as long as the
/// verification. The function therefore captures the client and takes the four strings as one.
#[napi]
pub(crate) fn webhook_verifier<'env>(
    env: &'env Env,
    client: &External<Client>,
) -> napi::Result<Function<'env, Arguments<'env>, Outcome<bool>>> {
    let client = Client::clone(client);
    env.create_function_from_closure("verifyWebhook", move |context| {
        let parts = context.get::<String>(0)?;
        let now = context.get::<f64>(1)?;
        if context.length() == 3 {
            let text = context.get::<String>(2)?;
            Ok(verify_parts(&client, &parts, now, text.as_bytes()))
        } else {
            let bytes = context.get::<BufferSlice<'_>>(3)?;
            Ok(verify_parts(&client, &parts, now, &bytes))
        }
    })
}

fn verify_parts(client: &Client, parts: &str, now: f64, payload: &[u8]) -> Outcome<bool> {
    let mut parts = parts.split('\0');
    let mut next = || parts.next();
    let (Some(secret), Some(id), Some(timestamp), Some(signature), None) =
        (next(), next(), next(), next(), next())
    else {
        return Either::A(false);
    };
    let headers = SignatureHeaders::new(id, timestamp, signature);
    guard::outcome(|| {
        client.verify_webhook_at(secret, &headers, payload, clock(now))?;
        Ok(true)
    })
}

/// Verifies a webhook or interceptor request. `headers` contains alternating names and values.
/// `now` is in milliseconds since 1970.
#[napi]
pub(crate) fn verify_payload(
    client: &External<Client>,
    interceptor: bool,
    secret: String,
    headers: Vec<String>,
    now: f64,
    text: Option<String>,
    bytes: Option<BufferSlice<'_>>,
) -> Option<Failure> {
    let (pairs, _) = headers.as_chunks::<2>();
    let pairs = pairs.iter().map(|[name, value]| (name, value));
    let headers = SignatureHeaders::from_pairs(purpose(interceptor), pairs);
    let payload = text.as_deref().map(str::as_bytes).or(bytes.as_deref());
    guard::failure(|| {
        Ok(client.verify_webhook_at(&secret, &headers, payload.unwrap_or_default(), clock(now))?)
    })
}

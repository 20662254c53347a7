//! Webhooks and interceptors: the body is read where JavaScript has it. It comes as either text or bytes, in two
//! arguments: to find out which of the two one argument is takes longer than to verify a small body.

use memchr::memchr_iter;
use napi::Either;
use napi::bindgen_prelude::{BufferSlice, Env, External, FnArgs, Function};
use napi_derive::napi;
use scalekit::Client;
use scalekit::webhook::{Purpose, SignatureHeaders};

use crate::failure::Failure;
use crate::guard::{self, Outcome};
use crate::options::clock;

/// Secret, id, timestamp and signature with a NUL between them; the time; then either text or, after nothing, bytes.
type Arguments<'a> = FnArgs<(String, f64, Option<String>, Option<BufferSlice<'a>>)>;

/// Makes the function that verifies a client's webhooks whose headers the caller has found. It returns `true`, or why
/// not, or `false` where one of the four texts has a NUL of its own.
///
/// A function that has its client, and one text instead of four: to unwrap the one and to copy each of the others would
/// take as long as to verify.
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
    let mut ends = memchr_iter(0, parts.as_bytes());
    let (Some(first), Some(second), Some(third), None) = (ends.next(), ends.next(), ends.next(), ends.next())
    else {
        return Either::A(false);
    };
    let headers = SignatureHeaders {
        id: parts[first + 1..second].into(),
        timestamp: parts[second + 1..third].into(),
        signature: parts[third + 1..].into(),
    };
    guard::outcome(|| {
        client.verify_webhook_at(&parts[..first], &headers, payload, clock(now))?;
        Ok(true)
    })
}

/// Verifies a payload as of `now`, in milliseconds since 1970; `headers` are names and values in turn, of which the core
/// picks those that count.
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
    let purpose = if interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    };
    let (pairs, _) = headers.as_chunks::<2>();
    let pairs = pairs.iter().map(|[name, value]| (name, value));
    let headers = SignatureHeaders::from_pairs(purpose, pairs);
    let payload: &[u8] = match (&text, &bytes) {
        (Some(text), _) => text.as_bytes(),
        (None, Some(bytes)) => bytes,
        (None, None) => &[],
    };
    guard::failure(|| Ok(client.verify_webhook_at(&secret, &headers, payload, clock(now))?))
}

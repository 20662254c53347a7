//! Any secret, headers and body: the verdict is that of a plain reading.
//!
//! The input is text like a request: purpose and secret in the first line, headers, an empty line, and the body. `{mac}`
//! in the value of a header stands for the right signature, which a fuzzer does not find by itself.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};

const NOW: u64 = 1_800_000_000;

/// The key of a secret that was accepted.
fn key(secret: &str) -> Vec<u8> {
    let (_, text) = secret.trim_ascii().split_once('_').expect("a prefix");
    let standard = text.replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD
        .decode(standard.trim_end_matches('='))
        .expect("base64")
}

fn find<'h>(headers: &'h [(String, String)], purpose: Purpose, field: &str) -> &'h str {
    let named = |prefix: &str| {
        let wanted = format!("{prefix}-{field}");
        headers
            .iter()
            .filter(|(name, _)| {
                let plain = name.to_ascii_lowercase().replace('_', "-");
                plain.strip_prefix("http-").unwrap_or(&plain) == wanted
            })
            .map(|(_, value)| value.as_str())
            .find(|value| !value.is_empty())
    };
    let own = match purpose {
        Purpose::Webhook => None,
        Purpose::Interceptor => named("interceptor"),
    };
    own.or_else(|| named("webhook")).unwrap_or_default()
}

fn expected(mac: &[u8], id: &str, timestamp: &str, signature: &str) -> Result<(), WebhookError> {
    if id.is_empty() || timestamp.is_empty() || signature.is_empty() {
        return Err(WebhookError::MissingHeaders);
    }
    if timestamp.len() > 12 || !timestamp.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(WebhookError::InvalidHeaders);
    }
    let sent: u64 = timestamp.parse().expect("digits");
    if sent + 300 < NOW {
        return Err(WebhookError::TooOld);
    }
    if sent > NOW + 300 {
        return Err(WebhookError::TooNew);
    }
    let right = signature
        .split(' ')
        .filter_map(|entry| STANDARD.decode(entry.strip_prefix("v1,")?).ok())
        .any(|found| found == mac);
    right.then_some(()).ok_or(WebhookError::InvalidSignature)
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let split = input
        .windows(2)
        .position(|pair| pair == b"\n\n")
        .unwrap_or(input.len());
    let body = input.get(split + 2..).unwrap_or_default();
    let Ok(head) = std::str::from_utf8(&input[..split]) else {
        return;
    };
    let mut lines = head.split('\n');
    let Some((purpose, secret)) = lines.next().and_then(|line| line.split_once(' ')) else {
        return;
    };
    let purpose = match purpose {
        "interceptor" => Purpose::Interceptor,
        _ => Purpose::Webhook,
    };
    let Ok(verifier) = Verifier::new(secret) else {
        return;
    };
    let mut headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (id, timestamp) = (
        find(&headers, purpose, "id").to_owned(),
        find(&headers, purpose, "timestamp").to_owned(),
    );
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key(secret)), &content);
    for (_, value) in headers.iter_mut().filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name.ends_with("signature")
    }) {
        *value = value.replace("{mac}", &STANDARD.encode(&mac));
    }
    let pairs = headers.iter().map(|(name, value)| (name, value.as_str()));
    let verdict = verifier.verify_at(
        &SignatureHeaders::from_pairs(purpose, pairs),
        body,
        UNIX_EPOCH + Duration::from_secs(NOW),
    );
    let signature = find(&headers, purpose, "signature");
    assert_eq!(verdict, expected(mac.as_ref(), &id, &timestamp, signature));
});

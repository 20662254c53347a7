//! Verifies webhooks with arbitrary secrets, headers and bodies. Compares the result with a simple
//! implementation.
//!
//! The input looks like an HTTP request: a first line with the purpose and the secret, then
//! headers, an empty line and the body. `{mac}` in a header value is replaced with the valid
//! signature, because a fuzzer cannot guess one.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};

const NOW: u64 = 1_800_000_000;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes the key of an accepted secret.
fn key(secret: &str) -> Vec<u8> {
    let (_, text) = secret.split_once('_').expect("a prefix");
    let standard = text.replace('-', "+").replace('_', "/");
    let plain: String = standard
        .chars()
        .filter(|letter| !letter.is_ascii_whitespace())
        .collect();
    let mut bits = 0_u32;
    let mut count = 0;
    let mut key = Vec::new();
    // Each letter has six bits. An incomplete byte at the end is dropped.
    for letter in plain.trim_end_matches('=').bytes() {
        let six = LETTERS.iter().position(|known| *known == letter);
        bits = bits << 6 | u32::try_from(six.expect("base64")).expect("six bits");
        count += 6;
        if count >= 8 {
            count -= 8;
            key.push(u8::try_from(bits >> count & 0xff).expect("a byte"));
        }
    }
    key
}

fn find<'h>(headers: &'h [(String, String)], purpose: Purpose, field: &str) -> &'h str {
    let with_prefix = |prefix: &str| {
        let header = format!("{prefix}-{field}");
        headers
            .iter()
            .filter(|(name, _)| {
                let normalized = name.to_ascii_lowercase().replace('_', "-");
                normalized.strip_prefix("http-").unwrap_or(&normalized) == header
            })
            .map(|(_, value)| value.as_str())
            .find(|value| !value.is_empty())
    };
    let interceptor = match purpose {
        Purpose::Webhook => None,
        Purpose::Interceptor => with_prefix("interceptor"),
    };
    interceptor
        .or_else(|| with_prefix("webhook"))
        .unwrap_or_default()
}

fn expected(mac: &[u8], id: &str, timestamp: &str, signature: &str) -> Result<(), WebhookError> {
    if id.is_empty() || timestamp.is_empty() || signature.is_empty() {
        return Err(WebhookError::MissingHeaders);
    }
    if timestamp.len() > 12 || !timestamp.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(WebhookError::InvalidHeaders);
    }
    let sent: u64 = timestamp.parse().expect("12 digits fit into a u64");
    if sent + 300 < NOW {
        return Err(WebhookError::TooOld);
    }
    if sent > NOW + 300 {
        return Err(WebhookError::TooNew);
    }
    let valid = signature
        .split(' ')
        .filter_map(|entry| STANDARD.decode(entry.strip_prefix("v1,")?).ok())
        .any(|candidate| candidate == mac);
    valid.then_some(()).ok_or(WebhookError::InvalidSignature)
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
    let result = verifier.verify_at(
        &SignatureHeaders::from_pairs(purpose, pairs),
        body,
        UNIX_EPOCH + Duration::from_secs(NOW),
    );
    let signature = find(&headers, purpose, "signature");
    assert_eq!(result, expected(mac.as_ref(), &id, &timestamp, signature));
});

//! `instructions TASK FILE COUNT`: repeats a task `COUNT` times, so that callgrind can count its
//! instructions.
//!
//! `FILE` is the output of `crypto make`.

use std::hint::black_box;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scalekit::token::{KeySet, TokenValidation};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier};
use scalekit_bench::fixture::Fixture;

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [task, path, count] = &arguments[..] else {
        bail!("usage: instructions TASK FILE COUNT")
    };
    let (fixture, count) = (Fixture::read(path)?, count.parse()?);
    // Lazily: a key set creates random keys, and that takes a varying number of instructions.
    let keys = || KeySet::parse(fixture.jwks.to_string().as_bytes());
    let (checks, now) = (TokenValidation::default(), SystemTime::now());
    let mut tokens = fixture.tokens.iter().map(String::as_str);
    match &**task {
        // Each token occurs once, so no signature is cached.
        "token" => {
            let keys = keys()?;
            for token in tokens.take(count) {
                black_box(keys.validate(token, &checks, now)?);
            }
        }
        "token-again" => {
            let (keys, token) = (
                keys()?,
                tokens.next().context("the file contains no tokens")?,
            );
            keys.validate(token, &checks, now)?;
            for _ in 0..count {
                black_box(keys.validate(black_box(token), &checks, now)?);
            }
        }
        "rsa" => {
            let key = fixture.key()?;
            for (signed, signature) in fixture.signatures()?.iter().take(count) {
                key.verify_sig(signed.as_bytes(), signature)?;
            }
        }
        "webhook" => webhook(count, now)?,
        "hmac" => mac(count, &[b'x'; 500]),
        other => bail!("unknown task {other}"),
    }
    Ok(())
}

fn mac(count: usize, content: &[u8]) {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
    for _ in 0..count {
        black_box(hmac::sign(&key, black_box(content)));
    }
}

/// Verifies webhooks with a body of 500 bytes. Looks up the headers in a list each time.
fn webhook(count: usize, now: SystemTime) -> Result<()> {
    let (key, body) = ([7; 32], [b'x'; 500]);
    let timestamp = now
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs()
        .to_string();
    let content = [format!("msg_1.{timestamp}.").as_bytes(), &body].concat();
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &content);
    let signature = format!("v1,{}", STANDARD.encode(signature));
    let headers = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &*timestamp),
        ("webhook-signature", &*signature),
    ];
    let verifier = Verifier::new(&format!("whsec_{}", STANDARD.encode(key)))?;
    for _ in 0..count {
        let headers = SignatureHeaders::from_pairs(Purpose::Webhook, black_box(headers));
        verifier.verify_at(&headers, black_box(&body), now)?;
    }
    Ok(())
}

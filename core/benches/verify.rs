//! Token validation and webhook verification. Run with `cargo bench -p scalekit`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scalekit::token::{KeySet, TokenValidation};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier};
use serde_json::json;

/// More tokens than the signature cache contains.
const TOKENS: usize = 4096;

fn keys_and_tokens() -> (KeySet, Vec<String>) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let [n, e] = [public.n, public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
    let jwks = json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "snk_1", "n": n, "e": e}]});
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let token = |number| {
        let header = json!({"alg": "RS256", "kid": "snk_1", "typ": "JWT"}).to_string();
        let claims = json!({
            "iss": "https://acme.scalekit.com", "sub": format!("usr_{number:018}"), "aud": ["skc_1"],
            "exp": now + 86400, "iat": now, "nbf": now, "oid": "org_17002334227791971",
            "roles": ["admin"], "permissions": ["orders:read", "orders:write"], "scopes": ["openid", "profile"],
        });
        let [header, claims] =
            [header, claims.to_string()].map(|part| URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    (
        KeySet::parse(jwks.to_string().as_bytes()).unwrap(),
        (0..TOKENS).map(token).collect(),
    )
}

fn token(criterion: &mut Criterion) {
    let (keys, tokens) = keys_and_tokens();
    let checks = TokenValidation::new()
        .issuer(["https://acme.scalekit.com"])
        .audience(["skc_1"]);
    let mut group = criterion.benchmark_group("token");
    let mut different = tokens.iter().cycle();
    group.bench_function("key cached", |bencher| {
        bencher.iter(|| {
            keys.validate(
                black_box(different.next().unwrap()),
                &checks,
                SystemTime::now(),
            )
            .unwrap()
        });
    });
    group.bench_function("signature cached", |bencher| {
        bencher.iter(|| {
            keys.validate(black_box(&tokens[0]), &checks, SystemTime::now())
                .unwrap()
        });
    });
    group.finish();
}

fn webhook(criterion: &mut Criterion) {
    let key = [7; 32];
    let verifier = Verifier::new(&format!("whsec_{}", STANDARD.encode(key))).unwrap();
    let timestamp = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        .to_string();
    let mut group = criterion.benchmark_group("webhook");
    for (name, size) in [("500 B", 500), ("200 KB", 200_000)] {
        let body = vec![b'x'; size];
        let content = [format!("msg_1.{timestamp}.").as_bytes(), &body].concat();
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &content);
        let signature = format!("v1,{}", STANDARD.encode(mac));
        let pairs = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", &*timestamp),
            ("webhook-signature", &*signature),
        ];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let headers = SignatureHeaders::from_pairs(Purpose::Webhook, black_box(pairs));
                verifier.verify(&headers, black_box(&body)).unwrap();
            });
        });
    }
    group.finish();
}

criterion_group!(benches, token, webhook);
criterion_main!(benches);

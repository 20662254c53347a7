//! Keys and signatures for tests.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) struct TestKeys {
    pub(crate) first: TestKey,
    pub(crate) second: TestKey,
    /// A public key of 1024 bits, without a private key.
    pub(crate) short: TestKey,
}

pub(crate) struct TestKey {
    pair: Option<KeyPair>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

pub(crate) static KEYS: LazyLock<TestKeys> = LazyLock::new(|| TestKeys {
    first: TestKey::generate(),
    second: TestKey::generate(),
    short: TestKey {
        pair: None,
        modulus: vec![0xd7; 128],
        exponent: vec![1, 0, 1],
    },
});

impl TestKey {
    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        Self {
            pair: Some(pair),
            modulus: public.n,
            exponent: public.e,
        }
    }
}

pub(crate) fn jwk(key: &TestKey, kid: &str) -> Value {
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
        "n": URL_SAFE_NO_PAD.encode(&key.modulus), "e": URL_SAFE_NO_PAD.encode(&key.exponent),
    })
}

pub(crate) fn jwks(keys: &[(&TestKey, &str)]) -> String {
    let keys: Vec<_> = keys.iter().map(|(key, kid)| jwk(key, kid)).collect();
    json!({ "keys": keys }).to_string()
}

/// Signs a token with any header and payload, valid or not.
pub(crate) fn sign(key: &TestKey, header: &str, payload: &str) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let pair = key.pair.as_ref().unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

//! The baselines of token and webhook verification: the crypto library alone.
//!
//! * `crypto make FILE COUNT` writes a key set and `COUNT` tokens.
//! * `crypto verify FILE THREADS` verifies the RSA-2048 signatures of the tokens with a parsed key.
//! * `crypto hmac BYTES` computes HMAC-SHA256 with a prepared key.
//!
//! See `rounds::serve` for the output of `verify` and `hmac`.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit_bench::fixture::Fixture;
use scalekit_bench::rounds;
use serde_json::json;

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["make", path, count] => {
            let text = serde_json::to_string(&make(count.parse()?)?)?;
            std::fs::write(path, text).with_context(|| path.to_owned())?;
        }
        ["verify", path, threads] => {
            let fixture = Fixture::read(path)?;
            let (key, signatures) = (fixture.key()?, fixture.signatures()?);
            rounds::serve(threads.parse()?, |index| {
                let (signed, signature) = &signatures[index % signatures.len()];
                assert!(
                    key.verify_sig(signed.as_bytes(), signature).is_ok(),
                    "invalid signature"
                );
            })?;
        }
        ["hmac", bytes] => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
            let content = vec![b'x'; bytes.parse()?];
            rounds::serve(1, |_| {
                black_box(hmac::sign(&key, black_box(&content)));
            })?;
        }
        _ => bail!("usage: crypto make FILE COUNT | verify FILE THREADS | hmac BYTES"),
    }
    Ok(())
}

/// Creates `count` different access tokens, as for user sessions. They are valid for one day.
fn make(count: usize) -> Result<Fixture> {
    let key = KeyPair::generate(KeySize::Rsa2048)?;
    let public = PublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let [n, e] = [public.n, public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
    let jwk = json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "snk_17002334227791972", "n": n, "e": e});
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let tokens = (0..count).map(|number| {
        let header = json!({"alg": "RS256", "kid": "snk_17002334227791972", "typ": "JWT"}).to_string();
        let claims = json!({
            "iss": "https://acme.scalekit.com", "sub": format!("usr_{number:018}"), "aud": ["skc_17002334227791970"],
            "client_id": "skc_17002334227791970", "oid": "org_17002334227791971", "sid": "ses_17002334227791973",
            "exp": now + 86400, "iat": now - 60, "nbf": now - 60, "jti": format!("tkn_{number:018}"),
            "roles": ["admin"], "permissions": ["orders:read", "orders:write", "users:read"],
            "scopes": ["openid", "profile", "email", "offline_access"],
        });
        let [header, claims] = [header, claims.to_string()].map(|part| URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    });
    let tokens = tokens.collect::<Result<_>>()?;
    Ok(Fixture {
        jwks: json!({ "keys": [jwk] }),
        tokens,
    })
}

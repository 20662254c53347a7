//! The crate without the feature `client`: tokens, webhooks and URLs, with no network and no
//! runtime.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use scalekit::oauth::{self, AuthorizationUrlOptions, Pkce};
use scalekit::token::{KeySet, TokenError, TokenValidation};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};
use serde_json::json;

#[test]
fn a_token_is_validated_with_a_given_key_set() {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let keys = json!({"keys": [{
        "kty": "RSA", "kid": "k",
        "n": URL_SAFE_NO_PAD.encode(&public.n), "e": URL_SAFE_NO_PAD.encode(&public.e),
    }]});
    let keys = KeySet::parse(keys.to_string().as_bytes()).unwrap();
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        encode(json!({"alg": "RS256", "kid": "k"})),
        encode(json!({"sub": "usr_1", "exp": 2000}))
    );
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));

    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let checks = TokenValidation::default();
    let verified = keys.validate(&token, &checks, at(1000)).unwrap();
    assert_eq!(verified.claims().unwrap().subject(), Some("usr_1"));
    assert_eq!(
        keys.validate(&token, &checks, at(3000)),
        Err(TokenError::Expired)
    );
}

#[test]
fn a_webhook_is_verified() {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret-key");
    let tag = hmac::sign(&key, b"msg_1.1000.{}");
    let signature = format!("v1,{}", STANDARD.encode(tag));
    let headers = SignatureHeaders::from_pairs(
        Purpose::Webhook,
        [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1000"),
            ("webhook-signature", signature.as_str()),
        ],
    );
    let verifier = Verifier::new(&format!("whsec_{}", STANDARD.encode("secret-key"))).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1001);
    assert_eq!(verifier.verify_at(&headers, b"{}", now), Ok(()));
    assert_eq!(
        verifier.verify_at(&headers, b"[]", now),
        Err(WebhookError::InvalidSignature)
    );
}

#[test]
fn a_login_url_has_a_pkce_challenge() {
    let pkce = Pkce::generate().unwrap();
    let options = AuthorizationUrlOptions::new().pkce(pkce.clone());
    let url = oauth::authorization_url(
        "https://acme.scalekit.com/",
        "skc_1",
        "https://app/cb",
        &options,
    );
    assert!(url.starts_with(
        "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1&"
    ));
    assert!(
        url.contains(&format!("code_challenge={}", pkce.challenge())),
        "{url}"
    );
}

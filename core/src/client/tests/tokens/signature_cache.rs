//! The signature cache only skips the signature of a token that the same keys have verified.

use std::cell::Cell;
use std::time::Duration;

use super::*;

const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn keys() -> KeySet {
    KeySet::parse(jwks(&[(&KEYS.first, "k1")]).as_bytes()).unwrap()
}

/// A token of the first key that is valid for ten minutes from `NOW`.
fn dated(claims: Value) -> String {
    let mut all = json!({"sub": "usr_1", "exp": NOW + 600});
    all.as_object_mut()
        .unwrap()
        .extend(claims.as_object().unwrap().clone());
    sign(
        &KEYS.first,
        r#"{"alg":"RS256","kid":"k1"}"#,
        &all.to_string(),
    )
}

/// Validates a token. Returns `true` if an RSA operation was needed.
fn costs_a_signature(client: &Client, token: &str) -> bool {
    let ran = Cell::new(false);
    let run = |validation: Validation<'_>| {
        ran.set(true);
        validation.run()
    };
    let result =
        client.try_validate_cached_with(token, &any(), run, || panic!("the keys are fresh"));
    result.unwrap().unwrap();
    ran.get()
}

#[test]
fn a_cached_token_is_rejected_after_expiry() {
    let keys = keys();
    let token = dated(json!({"nbf": NOW, "iat": NOW}));
    for _ in 0..3 {
        keys.validate(&token, &any(), at(NOW)).unwrap();
    }
    assert_eq!(
        keys.validate(&token, &any(), at(NOW + 605)),
        Err(TokenError::Expired)
    );
    assert_eq!(
        keys.validate(&token, &any(), at(NOW - 6)),
        Err(TokenError::NotYetValid)
    );
    keys.validate(&token, &any(), at(NOW + 604)).unwrap();
}

#[test]
fn issuer_audience_and_scopes_are_checked_on_every_call() {
    let keys = keys();
    let token = dated(json!({"iss": "https://me", "aud": ["mine"], "scope": "a"}));
    keys.validate(&token, &any(), at(NOW)).unwrap();
    let rejection = |checks: TokenValidation| {
        keys.validate(&token, &checks, at(NOW))
            .unwrap_err()
            .reason()
    };
    let issuer = Some(vec!["https://you".to_owned()]);
    assert_eq!(rejection(TokenValidation { issuer, ..any() }), "issuer");
    let audience = Some(vec!["yours".to_owned()]);
    assert_eq!(rejection(TokenValidation { audience, ..any() }), "audience");
    let required_scopes = vec!["b".to_owned()];
    assert_eq!(
        rejection(TokenValidation {
            required_scopes,
            ..any()
        }),
        "scopes"
    );
}

#[test]
fn a_different_token_is_not_a_cache_hit() {
    let keys = keys();
    let token = dated(json!({}));
    keys.validate(&token, &any(), at(NOW)).unwrap();
    for place in (0..token.len()).filter(|place| token.as_bytes()[*place] != b'.') {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(keys.validate(&changed, &any(), at(NOW)).is_err(), "{place}");
    }
}

#[test]
fn a_known_header_does_not_select_another_key() {
    let header = r#"{"alg":"RS256","kid":"k1"}"#;
    let payload = json!({"exp": NOW + 600}).to_string();
    let twice = jwks(&[(&KEYS.first, "k1"), (&KEYS.second, "k1")]);
    let one = keys().with_signature_cache(0);
    let both = KeySet::parse(twice.as_bytes())
        .unwrap()
        .with_signature_cache(0);
    for _ in 0..3 {
        let (first, second) = (
            sign(&KEYS.first, header, &payload),
            sign(&KEYS.second, header, &payload),
        );
        one.validate(&first, &any(), at(NOW)).unwrap();
        assert_eq!(
            one.validate(&second, &any(), at(NOW)),
            Err(TokenError::Signature)
        );
        both.validate(&first, &any(), at(NOW)).unwrap();
        both.validate(&second, &any(), at(NOW)).unwrap();
    }
    let other = sign(&KEYS.first, r#"{"alg":"RS256","kid":"k2"}"#, &payload);
    assert_eq!(
        one.validate(&other, &any(), at(NOW)),
        Err(TokenError::UnknownKey)
    );
    let none = sign(&KEYS.first, r#"{"alg":"none","kid":"k1"}"#, &payload);
    assert_eq!(
        one.validate(&none, &any(), at(NOW)),
        Err(TokenError::Algorithm)
    );
}

#[tokio::test]
async fn the_same_token_is_verified_once() {
    let server = rotating().await;
    let client = server.client();
    client.refresh_keys().await.unwrap();
    let token = first();
    assert!(costs_a_signature(&client, &token));
    assert!(!costs_a_signature(&client, &token));
    let off = server.builder().signature_cache(0).build().unwrap();
    off.refresh_keys().await.unwrap();
    assert!(costs_a_signature(&off, &token) && costs_a_signature(&off, &token));
}

#[tokio::test]
async fn the_cache_survives_a_refresh_of_the_same_keys_only() {
    let server = TestServer::start(|_, number| match number {
        0 | 1 => json_response(&jwks(&[(&KEYS.first, "k1")])),
        _ => json_response(&jwks(&[(&KEYS.first, "k1"), (&KEYS.second, "k2")])),
    })
    .await;
    let client = server.client();
    let token = first();
    client.validate_token(&token, &any()).await.unwrap();
    client.keys().make_stale();
    client.refresh_keys().await.unwrap();
    assert_eq!(server.count("/keys"), 2);
    assert!(!costs_a_signature(&client, &token));
    client.keys().make_stale();
    client.refresh_keys().await.unwrap();
    assert!(costs_a_signature(&client, &token));
}

#[tokio::test]
async fn a_cached_token_is_rejected_after_its_key_is_revoked() {
    // The key was removed, or its id belongs to another key.
    for (kid, reason) in [
        ("k2", TokenError::UnknownKey),
        ("k1", TokenError::Signature),
    ] {
        let server = TestServer::start(move |_, number| match number {
            0 => json_response(&jwks(&[(&KEYS.first, "k1")])),
            _ => json_response(&jwks(&[(&KEYS.second, kid)])),
        })
        .await;
        let client = server.client();
        let token = first();
        for _ in 0..2 {
            client.validate_token(&token, &any()).await.unwrap();
        }
        client.keys().make_stale();
        client.refresh_keys().await.unwrap();
        let error = client.validate_token(&token, &any()).await.unwrap_err();
        assert_eq!(error.token_error(), Some(&reason));
    }
}

#[test]
fn a_forked_client_keeps_keys_and_cache() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(rotating());
    let client = server.client();
    runtime.block_on(client.refresh_keys()).unwrap();
    let token = first();
    assert!(costs_a_signature(&client, &token));
    assert!(!costs_a_signature(&client.for_new_process(), &token));
}

mod key_server;
mod signature_cache;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::client::Client;
use crate::error::ErrorKind;
use crate::test_server::{TestServer, json_response};
use crate::token::testing::{KEYS, TestKey, jwks, sign};
use crate::token::{KeySet, TokenError, TokenValidation, Validation};

fn token(key: &TestKey, kid: &str, claims: Value) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut all = json!({"sub": "usr_1", "exp": now + 600});
    all.as_object_mut()
        .unwrap()
        .extend(claims.as_object().unwrap().clone());
    sign(
        key,
        &json!({"alg": "RS256", "kid": kid}).to_string(),
        &all.to_string(),
    )
}

fn first() -> String {
    token(&KEYS.first, "k1", json!({}))
}

fn any() -> TokenValidation {
    TokenValidation::default()
}

/// A server that returns the first key, and both keys from the second request on.
async fn rotating() -> TestServer {
    TestServer::start(|_, number| match number {
        0 => json_response(&jwks(&[(&KEYS.first, "k1")])),
        _ => json_response(&jwks(&[(&KEYS.second, "k2"), (&KEYS.first, "k1")])),
    })
    .await
}

#[tokio::test]
async fn keys_are_fetched_once_and_then_used_without_a_runtime() {
    let server = rotating().await;
    let client = server.client();
    assert!(client.try_validate_cached(&first(), &any()).is_none());
    assert!(client.keys_are_stale());
    assert!(
        client
            .validate_access_token(&first(), &any())
            .await
            .unwrap()
    );
    assert!(!client.keys_are_stale());
    let thread = client.clone();
    let verified = std::thread::spawn(move || thread.try_validate_cached(&first(), &any()))
        .join()
        .unwrap();
    assert_eq!(
        verified.unwrap().unwrap().claims().unwrap().subject(),
        Some("usr_1")
    );
    client.refresh_keys().await.unwrap();
    assert_eq!((server.count("/keys"), server.seen().len()), (1, 1));
    assert_eq!(server.seen()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_binding_refreshes_stale_keys_in_its_runtime() {
    let server = rotating().await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    let refreshes = || {
        let mut calls = 0;
        let run = |validation: Validation<'_>| validation.run();
        let result = client.try_validate_cached_with(&first(), &any(), run, || calls += 1);
        result.unwrap().unwrap();
        calls
    };
    assert_eq!(refreshes(), 0);
    client.keys().make_stale();
    assert_eq!(refreshes(), 1);
}

#[tokio::test]
async fn a_malformed_token_is_rejected_without_a_fetch() {
    let server = rotating().await;
    let client = server.client();
    for bad in ["", "a.b.c", &"x".repeat(70_000), &first().replace('.', "")] {
        assert!(!client.validate_access_token(bad, &any()).await.unwrap());
        assert!(client.try_validate_cached(bad, &any()).unwrap().is_err());
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_call_overrides_the_client_s_defaults() {
    let server = rotating().await;
    let client = server
        .builder()
        .issuer("https://me")
        .audience(["mine"])
        .build()
        .unwrap();
    let token = token(
        &KEYS.first,
        "k1",
        json!({"iss": "https://me", "aud": ["mine", "yours"], "scope": "a b"}),
    );
    client.validate_token(&token, &any()).await.unwrap();
    let yours = TokenValidation {
        audience: Some(vec!["yours".to_owned()]),
        ..any()
    };
    client.validate_token(&token, &yours).await.unwrap();
    let other = TokenValidation {
        issuer: Some(vec!["https://other".to_owned()]),
        ..any()
    };
    assert_eq!(
        client
            .validate_token(&token, &other)
            .await
            .unwrap_err()
            .token_error(),
        Some(&TokenError::Issuer)
    );
    assert!(
        !client
            .validate_access_token(&first(), &any())
            .await
            .unwrap()
    );
    client.verify_scopes(&token, &["b"]).await.unwrap();
    let error = client.verify_scopes(&token, &["b", "c"]).await.unwrap_err();
    assert_eq!(error.message(), "the token lacks the scopes c");
    assert_eq!(error.kind(), ErrorKind::InvalidToken);
}

#[tokio::test]
async fn scopes_of_a_forged_token_are_not_checked() {
    let server = rotating().await;
    let forged = token(&KEYS.second, "k1", json!({"scope": "admin"}));
    let error = server
        .client()
        .verify_scopes(&forged, &["admin"])
        .await
        .unwrap_err();
    assert_eq!(error.token_error(), Some(&TokenError::Signature));
}

#[tokio::test]
async fn login_claims_require_a_verified_token() {
    let server = rotating().await;
    let client = server.client();
    let claims =
        json!({"connection_id": "conn_1", "organization_id": "org_1", "login_hint": "a@b.c"});
    let token = token(&KEYS.first, "k1", claims.clone());
    let read = client
        .idp_initiated_login_claims(&token, &any())
        .await
        .unwrap();
    assert_eq!(
        (&*read.connection_id, &*read.organization_id),
        ("conn_1", "org_1")
    );
    assert_eq!(
        (read.login_hint.as_deref(), read.relay_state),
        (Some("a@b.c"), None)
    );
    let forged = self::token(&KEYS.second, "k1", claims);
    assert!(
        client
            .idp_initiated_login_claims(&forged, &any())
            .await
            .is_err()
    );
}

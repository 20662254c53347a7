use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::testing::{KEYS, TestKey, jwks, sign};
use super::*;
use crate::error::Class;
use crate::test_server::{Answer, TestServer, json as answer, reply, reply_text};

fn token(key: &TestKey, kid: &str, claims: Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
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

/// A key server that serves the first key, and from the second request on also the second.
async fn rotating() -> TestServer {
    TestServer::start(|_, number| match number {
        0 => answer(&jwks(&[(&KEYS.first, "k1")])),
        _ => answer(&jwks(&[(&KEYS.second, "k2"), (&KEYS.first, "k1")])),
    })
    .await
}

#[tokio::test]
async fn keys_are_fetched_once_and_then_read_without_a_runtime() {
    let server = rotating().await;
    let client = server.client();
    assert!(client.try_validate_cached(&first(), &any()).is_none());
    assert!(client.keys_are_stale());
    assert!(client.validate_access_token(&first(), &any()).await.unwrap());
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
async fn a_rotated_key_is_found_at_once() {
    let server = rotating().await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    client
        .validate_token(&token(&KEYS.second, "k2", json!({})), &any())
        .await
        .unwrap();
    client.validate_token(&first(), &any()).await.unwrap();
    assert_eq!(server.count("/keys"), 2);
}

#[tokio::test]
async fn ten_thousand_unknown_keys_cause_one_fetch_more() {
    let server = rotating().await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    let good = first();
    let (_, rest) = good.split_once('.').unwrap();
    for number in 0..10_000 {
        use base64::Engine;
        let header = json!({"alg": "RS256", "kid": format!("forged-{number}")}).to_string();
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
        let forged = format!("{header}.{rest}");
        let error = client.validate_token(&forged, &any()).await.unwrap_err();
        assert_eq!(error.token_error(), Some(&TokenError::UnknownKey));
    }
    assert_eq!(server.count("/keys"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_tokens_share_one_fetch() {
    let text = reply_text(200, "", &jwks(&[(&KEYS.first, "k1")]));
    let server = TestServer::start(move |_, _| Answer::Slow(Duration::from_millis(100), text.clone())).await;
    let client = server.client();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.validate_access_token(&first(), &any()).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
    assert_eq!(server.count("/keys"), 1);
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_an_error_and_not_a_bad_token() {
    for body in ["<html>", "{}", r#"{"keys":[]}"#] {
        let server = TestServer::start(move |_, _| answer(body)).await;
        let error = server
            .client()
            .validate_access_token(&first(), &any())
            .await
            .unwrap_err();
        assert!(error.message().starts_with("no signing keys: "), "{error}");
        assert_eq!(
            (error.class(), error.operation()),
            (Class::Unknown, Some("validate_token"))
        );
    }
    let server = TestServer::start(|_, _| reply(500, "", "")).await;
    let error = server
        .client()
        .validate_access_token(&first(), &any())
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::InternalServer);
}

#[tokio::test]
async fn a_token_that_no_key_could_save_is_refused_without_a_fetch() {
    let server = rotating().await;
    let client = server.client();
    for bad in ["", "a.b.c", &"x".repeat(70_000), &first().replace('.', "")] {
        assert!(!client.validate_access_token(bad, &any()).await.unwrap());
        assert!(client.try_validate_cached(bad, &any()).unwrap().is_err());
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn the_last_good_keys_outlive_their_endpoint() {
    let server = TestServer::start(|_, number| match number {
        0 => answer(&jwks(&[(&KEYS.first, "k1")])),
        _ => reply(500, "", ""),
    })
    .await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    let unknown = token(&KEYS.second, "k2", json!({}));
    for _ in 0..3 {
        let error = client.validate_access_token(&unknown, &any()).await.unwrap_err();
        assert_eq!(
            error.class(),
            Class::InternalServer,
            "whether the key exists is not known"
        );
    }
    client.validate_token(&first(), &any()).await.unwrap();
    assert_eq!(server.count("/keys"), 2);
    let child = client.for_new_process();
    assert!(child.try_validate_cached(&first(), &any()).unwrap().is_ok());
}

#[tokio::test]
async fn a_failed_first_fetch_is_tried_again_by_the_next_token() {
    let server = TestServer::start(|_, number| match number {
        0 => reply(500, "", ""),
        _ => answer(&jwks(&[(&KEYS.first, "k1")])),
    })
    .await;
    let client = server.client();
    assert!(client.validate_token(&first(), &any()).await.is_err());
    client.validate_token(&first(), &any()).await.unwrap();
}

#[tokio::test]
async fn stale_keys_are_fetched_in_the_background() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let server = TestServer::start(move |_, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        answer(&jwks(&[(&KEYS.first, "k1")]))
    })
    .await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    client.keys().make_stale();
    assert!(client.keys_are_stale());
    for _ in 0..20 {
        assert!(
            client.try_validate_cached(&first(), &any()).unwrap().is_ok(),
            "stale keys still serve"
        );
    }
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if !client.keys_are_stale() {
            break;
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert!(!client.keys_are_stale());
}

#[tokio::test]
async fn the_client_s_defaults_hold_unless_a_call_says_otherwise() {
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
        audience: vec!["yours".to_owned()],
        ..any()
    };
    client.validate_token(&token, &yours).await.unwrap();
    let other = TokenValidation {
        issuer: Some("https://other".to_owned()),
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
    assert!(!client.validate_access_token(&first(), &any()).await.unwrap());
    client.verify_scopes(&token, &["b"]).await.unwrap();
    let error = client.verify_scopes(&token, &["b", "c"]).await.unwrap_err();
    assert_eq!(error.message(), "the token lacks the scopes c");
    assert_eq!(error.class(), Class::ValidateTokenFailure);
}

#[tokio::test]
async fn scopes_of_a_forged_token_are_never_looked_at() {
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
async fn login_claims_are_read_from_a_verified_token_only() {
    let server = rotating().await;
    let client = server.client();
    let claims = json!({"connection_id": "conn_1", "organization_id": "org_1", "login_hint": "a@b.c"});
    let token = token(&KEYS.first, "k1", claims.clone());
    let read = client.idp_initiated_login_claims(&token, &any()).await.unwrap();
    assert_eq!(
        (&*read.connection_id, &*read.organization_id),
        ("conn_1", "org_1")
    );
    assert_eq!(
        (read.login_hint.as_deref(), read.relay_state),
        (Some("a@b.c"), None)
    );
    let forged = super::tests::token(&KEYS.second, "k1", claims);
    assert!(client.idp_initiated_login_claims(&forged, &any()).await.is_err());
}

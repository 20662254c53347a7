//! Key fetches from a server that rotates its keys, responds slowly, fails or hangs.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::test_server::{TestResponse, response, response_text};

#[tokio::test]
async fn ten_thousand_unknown_keys_cause_one_more_fetch() {
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
    let text = response_text(200, "", &jwks(&[(&KEYS.first, "k1")]));
    let server =
        TestServer::start(move |_, _| TestResponse::Slow(Duration::from_millis(100), text.clone()))
            .await;
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
async fn a_failed_key_fetch_is_not_an_invalid_token() {
    for body in ["<html>", "{}", r#"{"keys":[]}"#] {
        let server = TestServer::start(move |_, _| json_response(body)).await;
        let error = server
            .client()
            .validate_access_token(&first(), &any())
            .await
            .unwrap_err();
        assert!(error.message().starts_with("no signing keys: "), "{error}");
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::InternalServer, Some("validate_token"))
        );
    }
    let server = TestServer::start(|_, _| response(500, "", "")).await;
    let error = server
        .client()
        .validate_access_token(&first(), &any())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InternalServer);
}

#[tokio::test]
async fn the_last_valid_keys_survive_an_outage() {
    let server = TestServer::start(|_, number| match number {
        0 => json_response(&jwks(&[(&KEYS.first, "k1")])),
        _ => response(500, "", ""),
    })
    .await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    let unknown = token(&KEYS.second, "k2", json!({}));
    for _ in 0..3 {
        let error = client
            .validate_access_token(&unknown, &any())
            .await
            .unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InternalServer,
            "whether the key exists is not known"
        );
    }
    client.validate_token(&first(), &any()).await.unwrap();
    assert_eq!(server.count("/keys"), 2);
    let child = client.for_new_process();
    assert!(child.try_validate_cached(&first(), &any()).unwrap().is_ok());
}

#[tokio::test]
async fn a_failed_first_fetch_is_retried_by_a_later_token() {
    let server = TestServer::start(|_, number| match number {
        0 => response(500, "", ""),
        _ => json_response(&jwks(&[(&KEYS.first, "k1")])),
    })
    .await;
    let client = server.client();
    for _ in 0..20 {
        // Only the first token causes a fetch. The others get the same error for two seconds.
        let error = client.validate_token(&first(), &any()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::InternalServer, Some(500))
        );
    }
    assert_eq!(server.count("/keys"), 1);
    client.keys().make_stale();
    client.validate_token(&first(), &any()).await.unwrap();
}

#[tokio::test]
async fn withdrawn_keys_are_not_used() {
    let server = TestServer::start(|_, number| match number {
        0 => json_response(&jwks(&[(&KEYS.first, "k1")])),
        _ => json_response(r#"{"keys":[{"kty":"EC","kid":"other"}]}"#),
    })
    .await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    client.keys().make_stale();
    client.refresh_keys().await.unwrap();
    let error = client.validate_token(&first(), &any()).await.unwrap_err();
    assert_eq!(error.token_error(), Some(&TokenError::UnknownKey));
}

#[tokio::test]
async fn a_key_fetch_outlives_its_callers() {
    let server = TestServer::start(|_, _| {
        TestResponse::Slow(
            Duration::from_millis(300),
            response_text(200, "", &jwks(&[(&KEYS.first, "k1")])),
        )
    })
    .await;
    let client = server.client();
    for _ in 0..4 {
        let wait = Duration::from_millis(50);
        let _ = tokio::time::timeout(wait, client.validate_token(&first(), &any())).await;
    }
    client.validate_token(&first(), &any()).await.unwrap();
    assert_eq!(server.count("/keys"), 1);
}

#[tokio::test]
async fn stale_keys_are_fetched_in_the_background() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let server = TestServer::start(move |_, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        json_response(&jwks(&[(&KEYS.first, "k1")]))
    })
    .await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    client.keys().make_stale();
    assert!(client.keys_are_stale());
    for _ in 0..20 {
        assert!(
            client
                .try_validate_cached(&first(), &any())
                .unwrap()
                .is_ok(),
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

/// A token that is valid except for its unknown key.
fn forged(number: usize) -> String {
    use base64::Engine;
    let header = json!({"alg": "RS256", "kid": format!("forged-{number}")}).to_string();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
    let good = first();
    format!("{header}.{}", good.split_once('.').unwrap().1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_from_many_tasks_causes_one_more_fetch() {
    let server = rotating().await;
    let client = server.client();
    client.validate_token(&first(), &any()).await.unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move {
                for number in 0..25 {
                    let token = forged(task * 1000 + number);
                    assert!(!client.validate_access_token(&token, &any()).await.unwrap());
                    assert!(
                        client
                            .validate_access_token(&first(), &any())
                            .await
                            .unwrap()
                    );
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.count("/keys"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_server_does_not_delay_tokens_with_known_keys() {
    let server = TestServer::start(|_, number| match number {
        0 => json_response(&jwks(&[(&KEYS.first, "k1")])),
        _ => TestResponse::Hang,
    })
    .await;
    let builder = server
        .builder()
        .call_timeout(Duration::from_millis(300))
        .max_attempts(1);
    let client = builder.build().unwrap();
    client.validate_token(&first(), &any()).await.unwrap();
    client.keys().make_stale();
    let waiting = {
        let client = client.clone();
        tokio::spawn(async move { client.validate_access_token(&forged(0), &any()).await })
    };
    let done = Arc::new(AtomicBool::new(false));
    let others = {
        let (client, done) = (client.clone(), Arc::clone(&done));
        std::thread::spawn(move || {
            let mut validated = 0;
            while !done.load(Ordering::Acquire) {
                assert!(
                    client
                        .try_validate_cached(&first(), &any())
                        .unwrap()
                        .is_ok()
                );
                validated += 1;
            }
            validated
        })
    };
    let error = waiting.await.unwrap().unwrap_err();
    done.store(true, Ordering::Release);
    assert_eq!(error.kind(), ErrorKind::GatewayTimeout, "{error}");
    assert!(others.join().unwrap() > 0);
}

#[tokio::test]
async fn max_age_sets_how_long_keys_are_fresh() {
    for (header, stale_after) in [("cache-control: max-age=120\r\n", 120), ("", 600)] {
        let server =
            TestServer::start(move |_, _| response(200, header, &jwks(&[(&KEYS.first, "k1")])))
                .await;
        let client = server.client();
        client.validate_token(&first(), &any()).await.unwrap();
        let snapshot = client.keys().snapshot().unwrap();
        let now = Instant::now();
        assert!(!snapshot.is_stale(now + Duration::from_secs(stale_after - 5)));
        assert!(snapshot.is_stale(now + Duration::from_secs(stale_after + 5)));
    }
}

#[tokio::test]
async fn refresh_keys_fails_without_keys() {
    let server = TestServer::start(|_, number| match number {
        0 | 1 => response(404, "", ""),
        _ => json_response(&jwks(&[(&KEYS.first, "k1")])),
    })
    .await;
    let client = server.client();
    for _ in 0..2 {
        let error = client.refresh_keys().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    client.refresh_keys().await.unwrap();
    assert!(
        client
            .try_validate_cached(&first(), &any())
            .unwrap()
            .is_ok()
    );
    assert_eq!(server.count("/keys"), 3);
}

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::client::Client;
use crate::error::ErrorKind;
use crate::oauth::{CodeOptions, Pkce, User};
use crate::test_server::{Seen, TestResponse, TestServer, json_response, response, response_text};
use crate::token::TokenError;
use crate::token::testing::{KEYS, jwks, sign};

fn id_token(claims: Value) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut all =
        json!({"sub": "usr_1", "aud": "skc_1", "iat": now, "exp": now + 600, "email": "a@b.c"});
    all.as_object_mut()
        .unwrap()
        .extend(claims.as_object().unwrap().clone());
    sign(
        &KEYS.first,
        r#"{"alg":"RS256","kid":"k"}"#,
        &all.to_string(),
    )
}

async fn server(
    token_endpoint: impl Fn(&Seen, usize) -> TestResponse + Send + Sync + 'static,
) -> TestServer {
    TestServer::start(move |seen, number| match seen.target.as_str() {
        "/keys" => json_response(&jwks(&[(&KEYS.first, "k")])),
        _ => token_endpoint(seen, number),
    })
    .await
}

fn grant(id_token: String) -> impl Fn(&Seen, usize) -> TestResponse {
    move |_, _| {
        let body = json!({
            "id_token": id_token, "access_token": "acc", "refresh_token": "ref", "expires_in": 300,
        });
        json_response(&body.to_string())
    }
}

fn grant_text(id_token: &str) -> String {
    let body = json!({"id_token": id_token, "access_token": "acc", "expires_in": 300}).to_string();
    response_text(200, "", &body)
}

#[tokio::test]
async fn a_code_becomes_a_user_and_tokens() {
    let id_token = id_token(json!({"amr": ["conn_1", "mfa"], "oid": "org_1", "given_name": "Ada"}));
    let server = server(grant(id_token.clone())).await;
    let options = CodeOptions::new().code_verifier("v3rifier");
    let result = server
        .client()
        .authenticate_with_code("c0de", "https://app/cb", &options)
        .await
        .unwrap();
    assert_eq!(
        serde_json::to_value(&result).unwrap(),
        json!({
            "user": {"id": "usr_1", "email": "a@b.c", "givenName": "Ada"},
            "id_token": id_token, "access_token": "acc", "refresh_token": "ref",
            "connection_id": "conn_1", "organization_id": "org_1", "expires_in": 300,
        })
    );
    assert!(!format!("{result:?}").contains("acc"));
    let seen = server.seen();
    let request = seen
        .iter()
        .find(|seen| seen.target == "/oauth/token")
        .unwrap();
    assert_eq!(
        request.body,
        "code=c0de&redirect_uri=https%3A%2F%2Fapp%2Fcb&grant_type=authorization_code\
         &code_verifier=v3rifier&client_id=skc_1&client_secret=s3cret"
    );
    assert_eq!(request.header("authorization"), None);
    assert_eq!(
        server.count("/oauth/token"),
        1,
        "no service token is fetched for a user's code"
    );
}

#[tokio::test]
async fn an_invalid_id_token_is_rejected() {
    for (claims, reason) in [
        (json!({"aud": "someone-else"}), "audience"),
        (json!({"aud": []}), "audience"),
        (json!({"exp": 1}), "expired"),
    ] {
        let server = server(grant(id_token(claims))).await;
        let error = server
            .client()
            .authenticate_with_code("c", "r", &CodeOptions::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidToken);
        assert_eq!(
            error.token_error().map(crate::token::TokenError::reason),
            Some(reason)
        );
        assert_eq!(error.operation(), Some("authenticate_with_code"));
    }
    let forged = sign(
        &KEYS.second,
        r#"{"alg":"RS256","kid":"k"}"#,
        r#"{"aud":"skc_1","exp":9999999999}"#,
    );
    let server = server(grant(forged)).await;
    let error = server
        .client()
        .authenticate_with_code("c", "r", &CodeOptions::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.token_error(),
        Some(&crate::token::TokenError::Signature)
    );
}

#[tokio::test]
async fn a_rejected_code_is_reported_and_not_retried() {
    let body = r#"{"error":"invalid_grant","error_description":"code-12345678 was used"}"#;
    let server = server(move |_, number| {
        if number == 0 {
            response(400, "", body)
        } else {
            response(503, "", "")
        }
    })
    .await;
    let client = server.client();
    let options = CodeOptions::default();
    let error = client
        .authenticate_with_code("code-12345678", "r", &options)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.error_code()),
        (ErrorKind::BadRequest, Some("invalid_grant"))
    );
    assert_eq!(error.message(), "invalid_grant: [redacted] was used");
    client
        .authenticate_with_code("code-12345678", "r", &options)
        .await
        .unwrap_err();
    assert_eq!(server.count("/oauth/token"), 2);
    assert!(
        client
            .authenticate_with_code("", "r", &options)
            .await
            .is_err()
    );
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test]
async fn without_an_id_token_there_is_no_user() {
    let server = server(|_, _| json_response(r#"{"access_token":"acc"}"#)).await;
    let result = server
        .client()
        .authenticate_with_code("c", "r", &CodeOptions::default())
        .await
        .unwrap();
    assert_eq!((result.id_token, result.user), (None, User::default()));
}

#[tokio::test]
async fn a_refresh_keeps_the_refresh_token_if_it_is_not_rotated() {
    let server = server(|_, number| match number {
        0 => json_response(
            r#"{"access_token":"a1","refresh_token":"r2","id_token":"i","expires_in":60}"#,
        ),
        _ => json_response(r#"{"access_token":"a2"}"#),
    })
    .await;
    let client = server.client();
    let rotated = client.refresh_access_token("r1").await.unwrap();
    assert_eq!(
        (&*rotated.access_token, &*rotated.refresh_token),
        ("a1", "r2")
    );
    assert_eq!(
        (rotated.id_token.as_deref(), rotated.expires_in),
        (Some("i"), Some(60))
    );
    let kept = client.refresh_access_token("r1").await.unwrap();
    assert_eq!((&*kept.access_token, &*kept.refresh_token), ("a2", "r1"));
    assert_eq!(
        server.seen()[0].body,
        "grant_type=refresh_token&refresh_token=r1&client_id=skc_1&client_secret=s3cret"
    );
    assert!(!format!("{rotated:?}").contains("a1"));
    assert!(client.refresh_access_token("").await.is_err());
}

#[tokio::test]
async fn machine_clients_get_tokens_with_their_credentials() {
    let server =
        server(|_, _| json_response(r#"{"access_token":"m2m","expires_in":60,"scope":"a b"}"#))
            .await;
    let client = server.client();
    let token = client
        .generate_client_token("m2morg_1", "p4ss", &["a", "b"])
        .await
        .unwrap();
    assert_eq!(
        (&*token.access_token, token.scope.as_deref()),
        ("m2m", Some("a b"))
    );
    assert_eq!(client.client_access_token().await.unwrap(), "m2m");
    assert_eq!(client.client_access_token().await.unwrap(), "m2m");
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(
        bodies,
        [
            "grant_type=client_credentials&client_id=m2morg_1&client_secret=p4ss&scope=a+b",
            "grant_type=client_credentials&client_id=skc_1&client_secret=s3cret",
        ]
    );
}

#[tokio::test]
async fn a_public_client_exchanges_a_code_without_a_secret() {
    let server = server(grant(id_token(json!({})))).await;
    let client = Client::public(&server.url, "skc_1").build().unwrap();
    let pkce = Pkce::generate().unwrap();
    let options = CodeOptions::new().code_verifier(pkce.verifier());
    client
        .authenticate_with_code("c", "r", &options)
        .await
        .unwrap();
    let seen = server.seen();
    let body = &seen
        .iter()
        .find(|seen| seen.target == "/oauth/token")
        .unwrap()
        .body;
    assert!(
        body.contains(pkce.verifier()) && !body.contains("client_secret"),
        "{body}"
    );
}

#[tokio::test]
async fn an_id_token_must_have_the_nonce_of_the_login() {
    let exchange = async |claims, expected| {
        let server = server(grant(id_token(claims))).await;
        let options = CodeOptions::new().nonce(expected);
        let result = server
            .client()
            .authenticate_with_code("c", "r", &options)
            .await;
        result.map(|_| ())
    };
    assert!(exchange(json!({"nonce": "n-1"}), "n-1").await.is_ok());
    for claims in [json!({"nonce": "n-2"}), json!({"nonce": 1}), json!({})] {
        let error = exchange(claims, "n-1").await.unwrap_err();
        assert_eq!(error.token_error(), Some(&TokenError::Nonce));
        assert_eq!(error.operation(), Some("authenticate_with_code"));
    }
}

#[tokio::test]
async fn a_code_is_not_exchanged_before_the_keys_are_fetched() {
    let server = TestServer::start(|seen, _| match seen.target.as_str() {
        "/keys" => response(500, "", ""),
        _ => grant(id_token(json!({})))(seen, 0),
    })
    .await;
    let error = server
        .client()
        .authenticate_with_code("c", "r", &CodeOptions::default())
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.operation()),
        (Some(500), Some("authenticate_with_code"))
    );
    assert_eq!(server.count("/oauth/token"), 0);
}

#[tokio::test]
async fn errors_after_the_exchange_are_not_retryable() {
    // The first key set lacks the key of the token, and the second request hangs.
    let other = sign(
        &KEYS.first,
        r#"{"alg":"RS256","kid":"newer"}"#,
        r#"{"exp":99999999999}"#,
    );
    let server = TestServer::start(move |seen, number| match (seen.target.as_str(), number) {
        ("/keys", 0) => json_response(&jwks(&[(&KEYS.first, "k")])),
        ("/keys", _) => TestResponse::Hang,
        _ => TestResponse::Slow(Duration::from_millis(200), grant_text(&other)),
    })
    .await;
    let client = server
        .builder()
        .call_timeout(Duration::from_millis(400))
        .build()
        .unwrap();
    let error = client
        .authenticate_with_code("c", "r", &CodeOptions::default())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::GatewayTimeout, false)
    );
}

#[tokio::test]
async fn a_deadline_error_contains_no_secret() {
    let server = server(|seen, number| match number {
        0 => response(503, "", &seen.body),
        _ => TestResponse::Hang,
    })
    .await;
    let client = server
        .builder()
        .call_timeout(Duration::from_millis(900))
        .build()
        .unwrap();
    let error = client
        .generate_client_token("m2m_1", "another-s3cret", &[])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GatewayTimeout);
    let shown = format!("{error} {error:?} {}", error.details());
    assert!(
        shown.contains("before that") && !shown.contains("s3cret"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_hanging_token_endpoint_is_cut_off_by_the_deadline() {
    let server = server(|_, _| TestResponse::Hang).await;
    let client = server
        .builder()
        .call_timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let error = client.refresh_access_token("r1").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::GatewayTimeout, false)
    );
    assert_eq!(error.operation(), Some("refresh_access_token"));
}

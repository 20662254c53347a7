//! Interceptors: their requests and the effect of their responses.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::browser::{Browser, alert};
use crate::support::{Environment, acme, environment};
use crate::webhooks::{read_request, verify};

/// The requests that an application received: headers, parsed body and raw body.
type Calls = mpsc::UnboundedReceiver<(HeaderMap, Value, Vec<u8>)>;

/// Starts an application that returns the same status and body for each call. With `None` it never
/// responds.
async fn application(response: Option<(u16, Value)>) -> (String, Calls) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/intercept", listener.local_addr().unwrap());
    let (calls, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (headers, body) = read_request(&mut stream).await;
            let json = serde_json::from_slice(&body).unwrap();
            // The test may have dropped the receiver.
            let _ = calls.send((headers, json, body));
            match &response {
                Some((status, body)) => {
                    let body = body.to_string();
                    let length = body.len();
                    let text = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                    );
                    stream.write_all(text.as_bytes()).await.unwrap();
                }
                None => open.push(stream),
            }
        }
    });
    (url, receiver)
}

/// Registers an interceptor for a trigger point. Returns its secret and the calls it receives.
async fn intercept(
    environment: &Environment,
    point: &str,
    response: Option<(u16, Value)>,
    fallback: &str,
) -> (String, Calls) {
    // A short timeout for applications that never respond.
    let timeout = if response.is_some() { 30_000 } else { 50 };
    let (url, calls) = application(response).await;
    let interceptor = json!({
        "url": url, "trigger_point": point, "display_name": "Guard", "timeout_ms": timeout, "fallback": fallback,
    });
    let registered = environment
        .admin(Method::POST, "interceptors", interceptor)
        .await;
    (registered["secret"].as_str().unwrap().to_owned(), calls)
}

fn deny(message: &str) -> Option<(u16, Value)> {
    Some((
        200,
        json!({ "decision": "DENY", "error": { "message": message } }),
    ))
}

async fn next(calls: &mut Calls) -> (HeaderMap, Value, Vec<u8>) {
    let next = tokio::time::timeout(Duration::from_secs(10), calls.recv());
    next.await.expect("a call within 10 s").unwrap()
}

#[tokio::test]
async fn a_login_calls_the_interceptor_and_adds_its_claims() {
    let environment = environment().await;
    let response = json!({
        "decision": "ALLOW", "response": { "claims": { "tier": "gold", "sub": "evil", "iss": "evil" } },
    });
    let (secret, mut calls) = intercept(
        &environment,
        "PRE_SESSION_CREATION",
        Some((200, response)),
        "DENY",
    )
    .await;
    let tokens = environment
        .log_in(&[("login_hint", "ada@acme.com"), ("connection_id", "conn_1")])
        .await;
    let (headers, payload, body) = next(&mut calls).await;
    let renamed: Vec<(&str, &str)> = ["id", "timestamp", "signature"]
        .into_iter()
        .zip(["webhook-id", "webhook-timestamp", "webhook-signature"])
        .map(|(part, name)| {
            (
                name,
                headers[&format!("interceptor-{part}")].to_str().unwrap(),
            )
        })
        .collect();
    verify(&secret, &renamed, &body, jiff::Timestamp::now().as_second());
    assert_eq!(
        (&payload["trigger_point"], &payload["display_name"]),
        (&json!("PRE_SESSION_CREATION"), &json!("Guard"))
    );
    let context = &payload["interceptor_context"];
    assert_eq!(
        (
            &context["user_id"],
            &context["organization_id"],
            &context["connection_details"]
        ),
        (
            &json!("usr_1"),
            &json!("org_1"),
            &json!([{"id": "conn_1", "type": "OIDC", "provider": "OKTA"}])
        )
    );
    assert_eq!(payload["data"]["user"]["email"], "ada@acme.com");
    let client = environment.emulator.client_id().to_owned();
    let refreshed = environment
        .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
        .await;
    let custom = json!({ "tier": "gold", "sub": "evil", "iss": "evil" });
    for token in [&tokens["access_token"], &refreshed.json()["access_token"]] {
        let claims = environment.claims(token.as_str().unwrap(), &client).await;
        assert_eq!(
            (&claims["custom_claims"], &claims["sub"], claims.get("tier")),
            (&custom, &json!("usr_1"), None)
        );
    }
    let id_token = environment
        .claims(tokens["id_token"].as_str().unwrap(), &client)
        .await;
    assert_eq!(
        (
            &id_token["sub"],
            id_token.get("tier"),
            id_token.get("custom_claims")
        ),
        (&json!("usr_1"), None, None)
    );
    let filter = json!({ "interceptor_id": "1", "interceptor_status": "success", "interceptor_decision": "ALLOW" });
    let events = environment
        .call(Method::POST, "/api/v1/events/paginated", Some(filter))
        .await;
    assert_eq!(events.json()["events"][0]["object"], "InterceptorEvent");
}

#[tokio::test]
async fn denied_logins_and_signups_are_rejected() {
    let environment = environment().await;
    let (_, mut calls) = intercept(
        &environment,
        "PRE_SIGNUP",
        deny("by invitation only"),
        "ALLOW",
    )
    .await;
    let path =
        environment.authorize_path(&[("login_hint", "new@acme.com"), ("organization_id", "org_1")]);
    let callback = environment.get(&path).await.redirected();
    assert_eq!(
        (
            callback["error"].as_str(),
            callback["error_description"].as_str()
        ),
        ("access_denied", "by invitation only")
    );
    let (_, payload, _) = next(&mut calls).await;
    assert_eq!(payload["interceptor_context"]["user_email"], "new@acme.com");
    let users = environment
        .call(Method::GET, "/api/v1/users", None)
        .await
        .json();
    assert_eq!(users["total_size"], 1);
    // An existing user does not sign up.
    environment.log_in(&[("login_hint", "ada@acme.com")]).await;
    intercept(
        &environment,
        "PRE_SESSION_CREATION",
        deny("not today"),
        "ALLOW",
    )
    .await;
    let path = environment.authorize_path(&[("login_hint", "ada@acme.com")]);
    let callback = environment.get(&path).await.redirected();
    assert_eq!(callback["error_description"], "not today");
    let log = environment
        .call(Method::GET, "/api/v1/logs/authentication/requests", None)
        .await
        .json();
    let statuses: Vec<&Value> = log["authRequests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["status"])
        .collect();
    assert_eq!(statuses, ["FAILED", "SUCCESS", "FAILED"]);
}

#[tokio::test]
async fn machine_tokens_and_invitations_can_be_denied() {
    let environment = Environment::start(Emulator::builder().seed(acme())).await;
    let path = "/api/v1/organizations/org_1/clients";
    let registered = environment
        .call(Method::POST, path, Some(json!({ "name": "Job" })))
        .await
        .json();
    let (id, secret) = (
        registered["client"]["client_id"].as_str().unwrap(),
        registered["plain_secret"].as_str().unwrap(),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let response = json!({ "decision": "ALLOW", "response": { "claims": { "job": "nightly" } } });
    intercept(
        &environment,
        "PRE_M2M_TOKEN_CREATION",
        Some((200, response)),
        "DENY",
    )
    .await;
    let token = environment.post_form("/oauth/token", &form).await.json();
    let claims = environment
        .claims(token["access_token"].as_str().unwrap(), id)
        .await;
    assert_eq!(claims["custom_claims"], json!({ "job": "nightly" }));
    intercept(
        &environment,
        "PRE_M2M_TOKEN_CREATION",
        deny("no more"),
        "ALLOW",
    )
    .await;
    let rejected = environment.post_form("/oauth/token", &form).await;
    assert_eq!(
        (
            rejected.error().as_str(),
            &rejected.json()["error_description"]
        ),
        ("access_denied", &json!("no more"))
    );

    let (_, mut calls) = intercept(
        &environment,
        "PRE_USER_INVITATION",
        deny("the team is full"),
        "ALLOW",
    )
    .await;
    let users = "/api/v1/organizations/org_1/users";
    let user = json!({ "email": "bob@acme.com" });
    let rejected = environment
        .call(Method::POST, users, Some(user.clone()))
        .await;
    assert_eq!(
        (rejected.status, &rejected.json()["message"]),
        (StatusCode::FORBIDDEN, &json!("the team is full"))
    );
    let (_, payload, _) = next(&mut calls).await;
    assert_eq!(
        (
            &payload["interceptor_context"]["user_email"],
            &payload["interceptor_context"]["organization_id"]
        ),
        (&json!("bob@acme.com"), &json!("org_1"))
    );
    // Without an invitation, the interceptor is not called.
    let silent = format!("{users}?send_invitation_email=false");
    assert_eq!(
        environment
            .call(Method::POST, &silent, Some(user))
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_fallback_applies_after_timeouts_and_errors() {
    let environment = environment().await;
    for (response, status) in [
        (None, "timeout"),
        (Some((500, json!({}))), "error"),
        (Some((200, json!({}))), "error"),
        (Some((200, json!("ALLOW"))), "error"),
    ] {
        for (fallback, allowed) in [("ALLOW", true), ("DENY", false)] {
            let (_, mut calls) = intercept(
                &environment,
                "PRE_SESSION_CREATION",
                response.clone(),
                fallback,
            )
            .await;
            let path = environment.authorize_path(&[("login_hint", "ada@acme.com")]);
            let callback = environment.get(&path).await.redirected();
            assert_eq!(
                callback.contains_key("code"),
                allowed,
                "{status} {fallback}"
            );
            next(&mut calls).await;
            let filter = json!({ "interceptor_status": status, "interceptor_decision": fallback });
            let events = environment
                .call(Method::POST, "/api/v1/events/paginated", Some(filter))
                .await;
            let events = events.json()["events"].clone();
            assert!(
                !events.as_array().unwrap().is_empty(),
                "{status} {fallback}"
            );
            environment
                .admin(Method::DELETE, "interceptors", json!({}))
                .await;
        }
    }
    assert_eq!(
        environment
            .admin(Method::GET, "interceptors", json!({}))
            .await,
        json!([])
    );
    for invalid in [
        json!({ "url": "nowhere", "trigger_point": "PRE_SIGNUP" }),
        json!({ "url": "http://localhost/", "trigger_point": "NEVER" }),
        json!({ "url": "http://localhost/", "trigger_point": "PRE_SIGNUP", "secret": "x" }),
    ] {
        let request = environment.request(Method::POST, "/_emulator/interceptors");
        let request = request.header("content-type", "application/json");
        let response = crate::support::send(request.body(invalid.to_string())).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{invalid}");
    }
}

#[tokio::test]
async fn a_session_keeps_its_claims_and_the_login_page_shows_a_denial() {
    let environment = Environment::start(Emulator::builder().seed(acme())).await;
    let response = json!({ "decision": "ALLOW", "response": { "claims": { "tier": "gold" } } });
    let (_, mut calls) = intercept(
        &environment,
        "PRE_SESSION_CREATION",
        Some((200, response)),
        "DENY",
    )
    .await;
    let browser = Browser::new(&environment);
    let callback = browser.log_in("ada@acme.com", &[]).await;
    assert_eq!(
        browser.access_claims(&callback).await["custom_claims"]["tier"],
        "gold"
    );
    next(&mut calls).await;
    // The second login creates no session and does not call the interceptor.
    let callback = browser.authorize(&[("prompt", "none")]).await;
    assert_eq!(
        browser.access_claims(&callback).await["custom_claims"]["tier"],
        "gold"
    );
    assert!(calls.try_recv().is_err());

    environment
        .admin(Method::DELETE, "interceptors", Value::Null)
        .await;
    intercept(
        &environment,
        "PRE_SESSION_CREATION",
        deny("Not <today>."),
        "DENY",
    )
    .await;
    let page = Browser::new(&environment).log_in("ada@acme.com", &[]).await;
    assert_eq!(alert(&page), "Not <today>.");
}

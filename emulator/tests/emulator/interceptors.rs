//! Interceptors: their requests and the effect of their responses.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::{World, acme, world};
use crate::visitor::{Visitor, problem};
use crate::webhooks::{read_request, verify};

/// The requests that an application received: headers, parsed body and raw body.
type Asked = mpsc::UnboundedReceiver<(HeaderMap, Value, Vec<u8>)>;

/// Starts an application that returns the same status and body for each call. With `None` it never
/// responds.
async fn application(answer: Option<(u16, Value)>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/intercept", listener.local_addr().unwrap());
    let (asked, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (headers, body) = read_request(&mut stream).await;
            let json = serde_json::from_slice(&body).unwrap();
            // The test may have dropped the receiver.
            let _ = asked.send((headers, json, body));
            match &answer {
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
    world: &World,
    point: &str,
    answer: Option<(u16, Value)>,
    fallback: &str,
) -> (String, Asked) {
    // A short timeout for applications that never respond.
    let timeout = if answer.is_some() { 30_000 } else { 50 };
    let (url, asked) = application(answer).await;
    let interceptor = json!({
        "url": url, "trigger_point": point, "display_name": "Guard", "timeout_ms": timeout, "fallback": fallback,
    });
    let made = world.admin(Method::POST, "interceptors", interceptor).await;
    (made["secret"].as_str().unwrap().to_owned(), asked)
}

fn deny(message: &str) -> Option<(u16, Value)> {
    Some((
        200,
        json!({ "decision": "DENY", "error": { "message": message } }),
    ))
}

async fn next(asked: &mut Asked) -> (HeaderMap, Value, Vec<u8>) {
    let next = tokio::time::timeout(Duration::from_secs(10), asked.recv());
    next.await.expect("a call within 10 s").unwrap()
}

#[tokio::test]
async fn a_login_calls_the_interceptor_and_adds_its_claims() {
    let world = world().await;
    let answer = json!({
        "decision": "ALLOW", "response": { "claims": { "tier": "gold", "sub": "evil", "iss": "evil" } },
    });
    let (secret, mut asked) = intercept(&world, "PRE_SESSION_CREATION", Some((200, answer)), "DENY").await;
    let tokens = world
        .log_in(&[("login_hint", "ada@acme.com"), ("connection_id", "conn_1")])
        .await;
    let (headers, question, body) = next(&mut asked).await;
    let renamed: Vec<(&str, &str)> = ["id", "timestamp", "signature"]
        .into_iter()
        .zip(["webhook-id", "webhook-timestamp", "webhook-signature"])
        .map(|(part, name)| (name, headers[&format!("interceptor-{part}")].to_str().unwrap()))
        .collect();
    verify(&secret, &renamed, &body, jiff::Timestamp::now().as_second());
    assert_eq!(
        (&question["trigger_point"], &question["display_name"]),
        (&json!("PRE_SESSION_CREATION"), &json!("Guard"))
    );
    let context = &question["interceptor_context"];
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
    assert_eq!(question["data"]["user"]["email"], "ada@acme.com");
    let client = world.emulator.client_id().to_owned();
    let refreshed = world
        .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
        .await;
    let custom = json!({ "tier": "gold", "sub": "evil", "iss": "evil" });
    for token in [&tokens["access_token"], &refreshed.json()["access_token"]] {
        let claims = world.claims(token.as_str().unwrap(), &client).await;
        assert_eq!(
            (&claims["custom_claims"], &claims["sub"], claims.get("tier")),
            (&custom, &json!("usr_1"), None)
        );
    }
    let id_token = world.claims(tokens["id_token"].as_str().unwrap(), &client).await;
    assert_eq!(
        (
            &id_token["sub"],
            id_token.get("tier"),
            id_token.get("custom_claims")
        ),
        (&json!("usr_1"), None, None)
    );
    let filter =
        json!({ "interceptor_id": "1", "interceptor_status": "success", "interceptor_decision": "ALLOW" });
    let events = world
        .call(Method::POST, "/api/v1/events/paginated", Some(filter))
        .await;
    assert_eq!(events.json()["events"][0]["object"], "InterceptorEvent");
}

#[tokio::test]
async fn denied_logins_and_signups_are_rejected() {
    let world = world().await;
    let (_, mut asked) = intercept(&world, "PRE_SIGNUP", deny("by invitation only"), "ALLOW").await;
    let path = world.authorize_path(&[("login_hint", "new@acme.com"), ("organization_id", "org_1")]);
    let back = world.get(&path).await.redirected();
    assert_eq!(
        (back["error"].as_str(), back["error_description"].as_str()),
        ("access_denied", "by invitation only")
    );
    let (_, question, _) = next(&mut asked).await;
    assert_eq!(question["interceptor_context"]["user_email"], "new@acme.com");
    let users = world.call(Method::GET, "/api/v1/users", None).await.json();
    assert_eq!(users["total_size"], 1);
    // An existing user does not sign up.
    world.log_in(&[("login_hint", "ada@acme.com")]).await;
    intercept(&world, "PRE_SESSION_CREATION", deny("not today"), "ALLOW").await;
    let path = world.authorize_path(&[("login_hint", "ada@acme.com")]);
    let back = world.get(&path).await.redirected();
    assert_eq!(back["error_description"], "not today");
    let log = world
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
    let world = World::start(Emulator::builder().seed(acme())).await;
    let path = "/api/v1/organizations/org_1/clients";
    let made = world
        .call(Method::POST, path, Some(json!({ "name": "Job" })))
        .await
        .json();
    let (id, secret) = (
        made["client"]["client_id"].as_str().unwrap(),
        made["plain_secret"].as_str().unwrap(),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let answer = json!({ "decision": "ALLOW", "response": { "claims": { "job": "nightly" } } });
    intercept(&world, "PRE_M2M_TOKEN_CREATION", Some((200, answer)), "DENY").await;
    let token = world.post_form("/oauth/token", &form).await.json();
    let claims = world.claims(token["access_token"].as_str().unwrap(), id).await;
    assert_eq!(claims["custom_claims"], json!({ "job": "nightly" }));
    intercept(&world, "PRE_M2M_TOKEN_CREATION", deny("no more"), "ALLOW").await;
    let refused = world.post_form("/oauth/token", &form).await;
    assert_eq!(
        (refused.error().as_str(), &refused.json()["error_description"]),
        ("access_denied", &json!("no more"))
    );

    let (_, mut asked) = intercept(&world, "PRE_USER_INVITATION", deny("the team is full"), "ALLOW").await;
    let users = "/api/v1/organizations/org_1/users";
    let user = json!({ "email": "bob@acme.com" });
    let refused = world.call(Method::POST, users, Some(user.clone())).await;
    assert_eq!(
        (refused.status, &refused.json()["message"]),
        (StatusCode::FORBIDDEN, &json!("the team is full"))
    );
    let (_, question, _) = next(&mut asked).await;
    assert_eq!(
        (
            &question["interceptor_context"]["user_email"],
            &question["interceptor_context"]["organization_id"]
        ),
        (&json!("bob@acme.com"), &json!("org_1"))
    );
    // Without an invitation, the interceptor is not called.
    let silent = format!("{users}?send_invitation_email=false");
    assert_eq!(
        world.call(Method::POST, &silent, Some(user)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_fallback_applies_after_timeouts_and_errors() {
    let world = world().await;
    for (answer, status) in [
        (None, "timeout"),
        (Some((500, json!({}))), "error"),
        (Some((200, json!({}))), "error"),
        (Some((200, json!("ALLOW"))), "error"),
    ] {
        for (fallback, allowed) in [("ALLOW", true), ("DENY", false)] {
            let (_, mut asked) = intercept(&world, "PRE_SESSION_CREATION", answer.clone(), fallback).await;
            let path = world.authorize_path(&[("login_hint", "ada@acme.com")]);
            let back = world.get(&path).await.redirected();
            assert_eq!(back.contains_key("code"), allowed, "{status} {fallback}");
            next(&mut asked).await;
            let filter = json!({ "interceptor_status": status, "interceptor_decision": fallback });
            let events = world
                .call(Method::POST, "/api/v1/events/paginated", Some(filter))
                .await;
            let events = events.json()["events"].clone();
            assert!(!events.as_array().unwrap().is_empty(), "{status} {fallback}");
            world.admin(Method::DELETE, "interceptors", json!({})).await;
        }
    }
    assert_eq!(
        world.admin(Method::GET, "interceptors", json!({})).await,
        json!([])
    );
    for wrong in [
        json!({ "url": "nowhere", "trigger_point": "PRE_SIGNUP" }),
        json!({ "url": "http://localhost/", "trigger_point": "NEVER" }),
        json!({ "url": "http://localhost/", "trigger_point": "PRE_SIGNUP", "secret": "x" }),
    ] {
        let request = world.request(Method::POST, "/_emulator/interceptors");
        let request = request.header("content-type", "application/json");
        let answer = crate::support::send(request.body(wrong.to_string())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_session_keeps_its_claims_and_the_login_page_shows_a_denial() {
    let world = World::start(Emulator::builder().seed(acme())).await;
    let answer = json!({ "decision": "ALLOW", "response": { "claims": { "tier": "gold" } } });
    let (_, mut asked) = intercept(&world, "PRE_SESSION_CREATION", Some((200, answer)), "DENY").await;
    let visitor = Visitor::new(&world);
    let back = visitor.log_in("ada@acme.com", &[]).await;
    assert_eq!(
        visitor.access_claims(&back).await["custom_claims"]["tier"],
        "gold"
    );
    next(&mut asked).await;
    // The second login creates no session and does not call the interceptor.
    let back = visitor.ask(&[("prompt", "none")]).await;
    assert_eq!(
        visitor.access_claims(&back).await["custom_claims"]["tier"],
        "gold"
    );
    assert!(asked.try_recv().is_err());

    world.admin(Method::DELETE, "interceptors", Value::Null).await;
    intercept(&world, "PRE_SESSION_CREATION", deny("Not <today>."), "DENY").await;
    let page = Visitor::new(&world).log_in("ada@acme.com", &[]).await;
    assert_eq!(problem(&page), "Not <today>.");
}

//! The consent page of connected accounts, and the expiry of their authorization.

use reqwest::header::{LOCATION, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::agents::{ACCOUNTS, agents, builder, magic_link, rejected, send_message, status};
use crate::browser::{Browser, buttons, heading};
use crate::support::{Environment, Response, form_request, send};

fn location(response: &Response) -> url::Url {
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    let location = response.headers[LOCATION].to_str().unwrap();
    url::Url::parse(location).unwrap()
}

async fn verify(environment: &Environment, auth_request_id: &str, identifier: &str) -> StatusCode {
    let path = format!("{ACCOUNTS}/user/verify");
    let body = json!({ "auth_request_id": auth_request_id, "identifier": identifier });
    environment
        .call(Method::POST, &path, Some(body))
        .await
        .status
}

#[tokio::test]
async fn a_user_consents_and_the_application_verifies_the_user() {
    let environment = agents().await;
    let link =
        json!({ "id": "ca_2", "state": "s&1", "user_verify_url": "https://app.test/verify?x=1" });
    let link = magic_link(&environment, link).await;
    let browser = Browser::new(&environment);
    let page = browser.open(&link).await;
    assert_eq!(heading(&page), "Connect your account");
    assert_eq!(buttons(&page), ["allow", "deny"]);
    for text in ["bob", "SLACK", "slack", "chat:write"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    // Opening the page grants nothing.
    assert_eq!(status(&environment, "ca_2").await, "PENDING_AUTH");

    let url = location(&browser.submit(&page, "allow", &[]).await);
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x", "auth_request_id", "state"]);
    assert_eq!(
        (url.host_str(), pairs[2].1.as_str()),
        (Some("app.test"), "s&1")
    );
    assert_eq!(status(&environment, "ca_2").await, "PENDING_VERIFICATION");
    let auth_request_id = &pairs[1].1;
    let by_ann = verify(&environment, auth_request_id, "ann").await;
    assert_eq!(by_ann, StatusCode::FORBIDDEN);
    let by_bob = verify(&environment, auth_request_id, "bob").await;
    assert_eq!(by_bob, StatusCode::OK);
    assert_eq!(status(&environment, "ca_2").await, "ACTIVE");

    // A link works once.
    let again = browser.open(&link).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.body.contains("already been used"), "{}", again.body);
    let again = browser.submit(&page, "allow", &[]).await;
    assert!(again.body.contains("already been used"), "{}", again.body);
}

#[tokio::test]
async fn a_denied_link_changes_nothing_and_can_be_opened_again() {
    let environment = agents().await;
    let link = magic_link(&environment, json!({ "id": "ca_2" })).await;
    let browser = Browser::new(&environment);
    let page = browser.open(&link).await;
    let denied = browser.submit(&page, "deny", &[]).await;
    assert_eq!(heading(&denied), "Account not connected");
    assert_eq!(status(&environment, "ca_2").await, "PENDING_AUTH");
    let page = browser.open(&link).await;
    let allowed = browser.submit(&page, "allow", &[]).await;
    assert_eq!(heading(&allowed), "Account connected");
    assert_eq!(status(&environment, "ca_2").await, "ACTIVE");
}

#[tokio::test]
async fn the_form_is_bound_to_its_browser_and_link() {
    let environment = agents().await;
    let link = magic_link(&environment, json!({ "id": "ca_2" })).await;
    let other = magic_link(&environment, json!({ "id": "ca_1" })).await;
    let (bob, eve) = (Browser::new(&environment), Browser::new(&environment));
    let page = bob.open(&link).await;
    eve.open(&link).await;
    let expired = "This page has expired";
    for browser in [&eve, &Browser::new(&environment)] {
        let response = browser.submit(&page, "allow", &[]).await;
        assert_eq!(heading(&response), expired);
    }
    // The ticket of another link.
    let ticket = page.body.split_once("name=\"ticket\" value=\"").unwrap().1;
    let form = [
        ("ticket", ticket.split_once('"').unwrap().0),
        ("do", "allow"),
    ];
    let request = environment.request(Method::POST, &other);
    let response = bob.send(form_request(request, &form)).await;
    assert_eq!(
        (response.status, heading(&response).as_str()),
        (StatusCode::BAD_REQUEST, expired)
    );
    // A form of another site has no ticket, and the browser sends no cookie with it.
    let request = environment.request(Method::POST, &link);
    let request = request.header(ORIGIN, "https://evil.example");
    let response = send(form_request(request, &[("do", "allow")])).await;
    assert_eq!(heading(&response), expired);
    // A form expires after 15 minutes, later than a link.
    let clock = json!({ "shift_seconds": 601 });
    environment.admin(Method::PUT, "clock", clock).await;
    let response = bob.submit(&page, "allow", &[]).await;
    assert!(
        response.body.contains("The link has expired."),
        "{}",
        response.body
    );
    let clock = json!({ "shift_seconds": 1000 });
    environment.admin(Method::PUT, "clock", clock).await;
    assert_eq!(heading(&bob.submit(&page, "allow", &[]).await), expired);
    assert_eq!(status(&environment, "ca_2").await, "PENDING_AUTH");
}

#[tokio::test]
async fn the_page_is_safe() {
    let environment = agents().await;
    let hostile = "\"'><script>alert(1)</script>";
    let account = json!({
        "id": "ca_9", "identifier": hostile, "provider": hostile, "connector": hostile,
        "scopes": [hostile], "status": "PENDING_AUTH",
    });
    // A seed can contain a URL that the API rejects.
    let link = json!({
        "token": "ml_1", "account_id": "ca_9", "user_verify_url": "javascript:alert(1)",
        "expires_at": 4_000_000_000_i64,
    });
    let seed = json!({ "accounts": [account], "magic_links": [link] });
    environment.admin(Method::POST, "seed", seed).await;
    let browser = Browser::new(&environment);
    let page = browser
        .open("/connected_accounts/authorize?token=ml_1")
        .await;
    assert!(
        page.body.contains("</html>") && !page.body.contains("<script"),
        "{}",
        page.body
    );
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.headers["cache-control"], "no-store");
    let rejected = browser.submit(&page, "allow", &[]).await;
    assert_eq!(rejected.status, StatusCode::BAD_REQUEST);
    assert_eq!(status(&environment, "ca_9").await, "PENDING_AUTH");
    let unknown = browser.open("/connected_accounts/authorize?token=x").await;
    assert!(
        unknown.body.contains("invalid link token"),
        "{}",
        unknown.body
    );
}

#[tokio::test]
async fn auto_approve_needs_no_page() {
    let environment = Environment::start(builder().auto_approve(true)).await;
    let link = json!({ "id": "ca_2", "user_verify_url": "https://app.test/verify" });
    let link = magic_link(&environment, link).await;
    let denied = environment.get(&format!("{link}&decision=deny")).await;
    assert_eq!(heading(&denied), "Account not connected");
    let url = location(&environment.get(&link).await);
    assert_eq!(url.path(), "/verify");
}

#[tokio::test]
async fn an_account_expires_and_is_authorized_again() {
    let environment = agents().await;
    let expire = async |seconds: u32| {
        let body = json!({ "after_seconds": seconds });
        let path = "accounts/ca_1/expire";
        environment.admin(Method::POST, path, body).await
    };
    assert_eq!(expire(0).await["status"], "EXPIRED");
    assert_eq!(status(&environment, "ca_1").await, "EXPIRED");
    let failed = send_message(&environment).await.json();
    assert_eq!(
        failed["details"][0]["error_code"],
        "CONNECTED_ACCOUNT_NOT_ACTIVE"
    );

    let link = magic_link(&environment, json!({ "id": "ca_1" })).await;
    let browser = Browser::new(&environment);
    let page = browser.open(&link).await;
    browser.submit(&page, "allow", &[]).await;
    assert_eq!(send_message(&environment).await.status, StatusCode::OK);

    // Without a refresh token, the account expires with its access token.
    assert_eq!(expire(60).await["status"], "ACTIVE");
    let clock = json!({ "shift_seconds": 61 });
    environment.admin(Method::PUT, "clock", clock).await;
    assert_eq!(status(&environment, "ca_1").await, "EXPIRED");

    let error = rejected(&environment, "accounts/ca_1/expire", json!({ "after": 1 })).await;
    assert!(error.contains("unknown field"), "{error}");
    let request = environment.request(Method::POST, "/_emulator/accounts/ca_404/expire");
    let request = request
        .header("content-type", "application/json")
        .body("{}");
    assert_eq!(send(request).await.status, StatusCode::NOT_FOUND);
    let _: Value = environment.admin(Method::POST, "reset", json!({})).await;
    assert_eq!(status(&environment, "ca_1").await, "ACTIVE");
}

//! `id_token_hint`, discovery claims, and extreme times.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Environment, environment, form_request, send};

const ANN: &str = "ann@home.net";
const BOB: &str = "bob@home.net";

async fn two_users() -> Environment {
    let membership = json!([{ "organization_id": "org_1", "membership_status": "PENDING_INVITE" }]);
    let seed = json!({
        "organizations": [{ "id": "org_1", "display_name": "One" }],
        "users": [
            { "id": "usr_1", "email": ANN, "memberships": membership },
            { "id": "usr_2", "email": BOB, "memberships": membership },
        ],
    });
    Environment::start(Emulator::builder().seed(Seed::from_json(seed).unwrap())).await
}

async fn id_token(browser: &Browser<'_>, email: &str) -> (String, Value) {
    let code = browser
        .log_in(email, &[])
        .await
        .redirected()
        .remove("code")
        .unwrap();
    let tokens = browser.environment.exchange(&code, &[]).await.json();
    let token = tokens["id_token"].as_str().unwrap().to_owned();
    let claims = browser
        .environment
        .claims(&token, browser.environment.emulator.client_id())
        .await;
    (token, claims)
}

#[tokio::test]
async fn only_the_hinted_user_can_log_in() {
    let environment = two_users().await;
    let other_browser = Browser::new(&environment);
    let (ann_token, claims) = id_token(&other_browser, ANN).await;
    // Ann was invited. The code from the email verified her address.
    assert_eq!(claims["email_verified"], true);
    let browser = Browser::new(&environment);
    let (bob_token, _) = id_token(&browser, BOB).await;
    let silent = |token: &str| {
        [
            ("prompt", "none".to_owned()),
            ("id_token_hint", token.to_owned()),
        ]
    };
    for (token, expected) in [
        (bob_token.as_str(), None),
        (&ann_token, Some("login_required")),
        ("a.b.c", Some("invalid_request")),
    ] {
        let extra = silent(token);
        let extra = extra
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let callback = browser.authorize(&extra).await.redirected();
        assert_eq!(callback.get("error").map(String::as_str), expected);
        assert_eq!(callback.contains_key("code"), expected.is_none());
    }
    // The login page rejects another user too.
    let callback = browser
        .log_in(BOB, &[("id_token_hint", &ann_token)])
        .await
        .redirected();
    assert_eq!(callback["error"], "login_required");
}

#[tokio::test]
async fn claims_supported_lists_only_issued_claims() {
    let environment = environment().await;
    let listed = environment
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let listed = listed["claims_supported"].as_array().unwrap().clone();
    for never in ["gender", "phone_number_verified", "updated_at"] {
        assert!(!listed.contains(&json!(never)), "{never}");
    }
}

#[tokio::test]
async fn clock_shifts_beyond_the_supported_range_are_rejected() {
    let environment = environment().await;
    for shift in [i64::MAX, i64::MIN, 400_000_000_000, -400_000_000_000] {
        let request = environment
            .request(Method::PUT, "/_emulator/clock")
            .header("content-type", "application/json")
            .body(json!({ "shift_seconds": shift }).to_string());
        assert_eq!(
            send(request).await.status,
            StatusCode::BAD_REQUEST,
            "{shift}"
        );
        assert_eq!(
            environment.get("/_emulator/clock").await.json()["shift_seconds"],
            0
        );
    }
}

#[tokio::test]
async fn an_extreme_token_lifetime_is_accepted() {
    let environment = environment().await;
    let seed = json!({ "clients": [{
        "id": "skc_2", "access_token_expiry": i64::MAX, "secrets": [{ "id": "sks_1", "plain_secret": "s" }],
    }] });
    environment.admin(Method::POST, "seed", seed).await;
    let request = environment.request(Method::POST, "/oauth/token");
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "skc_2"),
        ("client_secret", "s"),
    ];
    let response = send(form_request(request, &form)).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
}

//! `/oidc/logout`: confirmation, `id_token_hint` and redirect URIs.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::json;

use crate::browser::{Browser, heading};
use crate::support::{CALLBACK, Environment, acme};

fn logout_path(pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/oidc/logout?{query}")
}

async fn with_login_page() -> Environment {
    Environment::start(Emulator::builder().seed(acme())).await
}

#[tokio::test]
async fn without_a_hint_the_user_must_confirm() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    browser.log_in("ada@acme.com", &[]).await;
    let path = logout_path(&[("post_logout_redirect_uri", CALLBACK), ("state", "s")]);
    let page = browser.open(&path).await;
    assert_eq!(heading(&page), "Sign out?");
    assert!(page.body.contains("ada@acme.com"));
    // A form on another site has no ticket. It only gets the confirmation page.
    let foreign = browser.send(environment.request(Method::POST, &path)).await;
    assert_eq!(heading(&foreign), "Sign out?");
    assert_eq!(
        heading(&browser.submit(&page, "stay", &[]).await),
        "You are still signed in"
    );
    assert!(
        browser
            .authorize(&[("prompt", "none")])
            .await
            .redirected()
            .contains_key("code")
    );

    let callback = browser.submit(&page, "leave", &[]).await.redirected();
    assert_eq!(callback["state"], "s");
    assert_eq!(
        browser.authorize(&[("prompt", "none")]).await.redirected()["error"],
        "login_required"
    );
    // Without a session, the confirmation page is skipped.
    assert_eq!(browser.open(&path).await.redirected()["state"], "s");
    assert_eq!(heading(&browser.open("/oidc/logout").await), "Signed out");
}

#[tokio::test]
async fn a_hint_ends_its_session_without_confirmation() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let callback = browser.log_in("ada@acme.com", &[]).await.redirected();
    let tokens = environment.exchange(&callback["code"], &[]).await.json();
    let hint = ("id_token_hint", tokens["id_token"].as_str().unwrap());
    let foreign = browser
        .open(&logout_path(&[hint, ("client_id", "skc_2")]))
        .await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
    assert!(
        browser
            .authorize(&[("prompt", "none")])
            .await
            .redirected()
            .contains_key("code")
    );
    // The application posts the hint without browser cookies.
    let response = environment
        .post_form(
            "/oidc/logout",
            &[hint, ("post_logout_redirect_uri", CALLBACK)],
        )
        .await;
    response.redirected();
    assert_eq!(
        browser.authorize(&[("prompt", "none")]).await.redirected()["error"],
        "login_required"
    );
}

#[tokio::test]
async fn unregistered_logout_redirect_uris_are_rejected() {
    let environment = with_login_page().await;
    let id = environment.emulator.client_id();
    let new = json!({ "post_logout_redirect_uris": [CALLBACK] });
    environment
        .call(Method::PATCH, &format!("/api/v1/clients/{id}"), Some(new))
        .await;
    let browser = Browser::new(&environment);
    let callback = browser.log_in("ada@acme.com", &[]).await.redirected();
    let tokens = environment.exchange(&callback["code"], &[]).await.json();
    let hint = ("id_token_hint", tokens["id_token"].as_str().unwrap());
    for target in [
        "http://localhost:3000/other",
        "javascript:alert(1)",
        "callback",
    ] {
        for pairs in [vec![hint], vec![("client_id", id)], vec![]] {
            let mut pairs = pairs;
            pairs.push(("post_logout_redirect_uri", target));
            let page = environment.get(&logout_path(&pairs)).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{pairs:?}");
            assert!(page.body.contains("post_logout_redirect_uri"));
        }
    }
    // A rejected request does not end the session.
    assert!(
        browser
            .authorize(&[("prompt", "none")])
            .await
            .redirected()
            .contains_key("code")
    );
    let path = logout_path(&[hint, ("post_logout_redirect_uri", CALLBACK)]);
    environment.get(&path).await.redirected();
    let unknown = logout_path(&[
        ("client_id", "skc_2"),
        ("post_logout_redirect_uri", CALLBACK),
    ]);
    assert_eq!(
        environment.get(&unknown).await.status,
        StatusCode::BAD_REQUEST
    );
}

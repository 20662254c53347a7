//! Browser sessions: when a new login is required.

use reqwest::Method;
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;

use crate::browser::{Browser, alert, buttons, heading};
use crate::support::{Environment, acme, free_port, send};

async fn with_login_page() -> Environment {
    Environment::start(Emulator::builder().seed(acme()).seed(Seed::demo())).await
}

async fn error(browser: &Browser<'_>, extra: &[(&str, &str)]) -> String {
    browser
        .authorize(extra)
        .await
        .redirected()
        .remove("error")
        .expect("an error")
}

#[tokio::test]
async fn a_session_logs_in_again_without_a_page() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    assert_eq!(
        error(&browser, &[("prompt", "none")]).await,
        "login_required"
    );
    let callback = browser.log_in("ada@acme.com", &[]).await;
    let first = browser.claims(&callback).await;
    environment
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 100 }))
        .await;
    for extra in [
        vec![("prompt", "none")],
        vec![],
        vec![("login_hint", "Ada@Acme.com")],
        vec![
            ("organization_id", "org_200000000000000003"),
            ("prompt", "login"),
        ],
    ] {
        let response = browser.authorize(&extra).await;
        if extra.len() == 2 {
            assert_eq!(heading(&response), "Sign in to Garage Robotics");
            continue;
        }
        let again = browser.claims(&response).await;
        assert_eq!(
            (&again["sid"], &again["auth_time"]),
            (&first["sid"], &first["auth_time"]),
            "{extra:?}"
        );
    }
    // Another browser has no session.
    assert_eq!(
        error(&Browser::new(&environment), &[("prompt", "none")]).await,
        "login_required"
    );
    // After the session is revoked, this browser has none either.
    let path = format!("/api/v1/sessions/{}/revoke", first["sid"].as_str().unwrap());
    environment.call(Method::POST, &path, Some(json!({}))).await;
    assert_eq!(
        error(&browser, &[("prompt", "none")]).await,
        "login_required"
    );
}

#[tokio::test]
async fn a_session_that_does_not_match_the_request_requires_a_new_login() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    browser.log_in("ada@acme.com", &[]).await;
    environment
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 100 }))
        .await;
    for extra in [
        [("login_hint", "bob@acme.com")],
        [("organization_id", "org_200000000000000001")],
        [("organization_id", "org_200000000000000003")],
        [("connection_id", "conn_1")],
        [("provider", "google")],
        [("max_age", "60")],
        [("max_age", "0")],
    ] {
        let mut silent = extra.to_vec();
        silent.push(("prompt", "none"));
        assert_eq!(
            error(&browser, &silent).await,
            "login_required",
            "{extra:?}"
        );
        let page = browser.authorize(&extra).await;
        assert!(heading(&page).starts_with("Sign in"), "{extra:?}");
    }
    assert!(
        browser
            .authorize(&[("max_age", "120"), ("prompt", "none")])
            .await
            .redirected()
            .contains_key("code")
    );
    assert_eq!(
        heading(&browser.authorize(&[("prompt", "login")]).await),
        "Sign in"
    );
}

#[tokio::test]
async fn a_session_covers_other_organizations_without_single_sign_on() {
    let environment = with_login_page().await;
    let memberships = json!([
        {"organization_id": "org_1", "membership_status": "ACTIVE"},
        {"organization_id": "org_200000000000000003", "membership_status": "ACTIVE"},
        {"organization_id": "org_200000000000000002", "membership_status": "ACTIVE"},
    ]);
    let user = json!({"id": "usr_2", "email": "bea@both.example", "memberships": memberships});
    environment
        .admin(Method::POST, "seed", json!({ "users": [user] }))
        .await;
    let browser = Browser::new(&environment);
    let page = browser.log_in("bea@both.example", &[]).await;
    browser.submit(&page, "organization org_1", &[]).await;
    let garage = "org_200000000000000003";
    let callback = browser
        .authorize(&[("organization_id", garage), ("prompt", "none")])
        .await;
    let claims = browser.claims(&callback).await;
    assert_eq!(claims["oid"], garage);
    let path = format!("/api/v1/sessions/{}", claims["sid"].as_str().unwrap());
    let session = environment.call(Method::GET, &path, None).await.json();
    assert_eq!(
        session["authenticated_organizations"],
        json!(["org_1", garage])
    );
    let guarded = [
        ("organization_id", "org_200000000000000002"),
        ("prompt", "none"),
    ];
    assert_eq!(error(&browser, &guarded).await, "login_required");
}

#[tokio::test]
async fn the_page_lists_several_accounts() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    browser.log_in("ada@acme.com", &[]).await;
    let one = browser.authorize(&[("prompt", "select_account")]).await;
    assert_eq!(heading(&one), "Choose an account");
    let page = browser.submit(&one, "start", &[]).await;
    let page = browser
        .submit(&page, "email", &[("email", "iris.vale@garage.example")])
        .await;
    let code = browser.mail("iris.vale@garage.example").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = browser.submit(&page, "code", &[("code", &code)]).await;
    let callback = browser
        .submit(&page, "organization org_200000000000000003", &[])
        .await;
    assert!(callback.redirected().contains_key("code"));

    assert_eq!(
        error(&browser, &[("prompt", "none")]).await,
        "account_selection_required"
    );
    let page = browser.authorize(&[]).await;
    assert_eq!(heading(&page), "Choose an account");
    assert!(page.body.contains("ada@acme.com") && page.body.contains("iris.vale@garage.example"));
    let first = buttons(&page).remove(0);
    let callback = browser.submit(&page, &first, &[]).await;
    assert_eq!(
        browser.claims(&callback).await["email"],
        "iris.vale@garage.example"
    );
    let hinted = browser
        .authorize(&[("login_hint", "ada@acme.com"), ("prompt", "none")])
        .await;
    assert_eq!(browser.claims(&hinted).await["email"], "ada@acme.com");
    // A session of another browser is rejected.
    let (_, session) = first.split_once(' ').unwrap();
    let eve = Browser::new(&environment);
    let page = eve.authorize(&[]).await;
    let rejected = eve.submit(&page, &format!("account {session}"), &[]).await;
    assert_eq!(
        alert(&rejected),
        "You are no longer signed in to this account."
    );
}

#[tokio::test]
async fn the_session_cookie_is_http_only_and_replaced_at_each_login() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let port = environment.emulator.url().rsplit_once(':').unwrap().1;
    let name = format!("scalekit_session_{port}");
    // A planted cookie does not become a session (session fixation).
    browser
        .cookies
        .borrow_mut()
        .insert(name.clone(), "planted".to_owned());
    let callback = browser.log_in("ada@acme.com", &[]).await;
    let set = callback.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with(&name) && !set.contains("planted"));
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    let thief = Browser::new(&environment);
    thief
        .cookies
        .borrow_mut()
        .insert(name, "planted".to_owned());
    assert_eq!(error(&thief, &[("prompt", "none")]).await, "login_required");
    // Over HTTPS the cookie is `Secure`.
    let port = free_port();
    let builder = Emulator::builder()
        .seed(acme())
        .port(port)
        .url("https://emulator.test");
    let environment = Environment::start(builder).await;
    let url = format!("http://127.0.0.1:{port}{}", environment.authorize_path(&[]));
    let page = send(environment.http.get(url)).await;
    let set = page.headers["set-cookie"].to_str().unwrap();
    assert!(
        set.starts_with("scalekit_page=") && set.ends_with("; SameSite=Lax; Secure"),
        "{set}"
    );
}

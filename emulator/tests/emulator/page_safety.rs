//! Page security: form tickets, HTML escaping and security headers.

use reqwest::header::ORIGIN;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::browser::{Browser, heading};
use crate::login_page::with_login_page;
use crate::support::form_request;

#[tokio::test]
async fn a_form_is_bound_to_its_browser_and_request_and_expires() {
    let environment = with_login_page().await;
    let (ada, eve) = (Browser::new(&environment), Browser::new(&environment));
    let page = ada.authorize(&[("state", "s")]).await;
    eve.authorize(&[]).await;
    let email = [("email", "ada@acme.com")];
    // Another browser, and a browser without cookies as with a cross-site form.
    for browser in [&eve, &Browser::new(&environment)] {
        assert_eq!(
            heading(&browser.submit(&page, "email", &email).await),
            "This page has expired"
        );
    }
    // Another authorization request.
    let ticket = page.body.split_once("name=\"ticket\" value=\"").unwrap().1;
    let form = [
        ("ticket", ticket.split_once('"').unwrap().0),
        ("do", "email"),
        email[0],
    ];
    let other = environment.authorize_path(&[("state", "other")]);
    let response = ada
        .send(form_request(
            environment.request(Method::POST, &other),
            &form,
        ))
        .await;
    assert_eq!(
        (response.status, heading(&response).as_str()),
        (StatusCode::BAD_REQUEST, "This page has expired")
    );
    assert!(response.body.contains("Start again") && response.body.contains("state=other"));
    // A form is valid for 900 s, long enough to read an email.
    environment
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 800 }))
        .await;
    assert_eq!(
        heading(&ada.submit(&page, "email", &email).await),
        "Check your email"
    );
    environment
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 1000 }))
        .await;
    assert_eq!(
        heading(&ada.submit(&page, "email", &email).await),
        "This page has expired"
    );
}

#[tokio::test]
async fn names_are_escaped() {
    let environment = with_login_page().await;
    let hostile = "\"'><script>alert(1)</script>";
    let rows = json!({
        "organizations": [{"id": "org_9", "display_name": hostile}],
        "connections": [
            {"id": "conn_9", "organization_id": "org_9", "type": "OIDC", "provider": "OKTA", "enabled": true, "ui_button_title": hostile},
            {"id": "conn_8", "organization_id": "org_9", "type": "OIDC", "provider": "OKTA", "enabled": true, "ui_button_title": hostile},
        ],
        "users": [{"id": "usr_9", "email": format!("{hostile}@x.example"), "memberships": [
            {"organization_id": "org_9", "membership_status": "ACTIVE"}, {"organization_id": "org_1", "membership_status": "ACTIVE"},
        ]}],
        "clients": [{"id": "skc_9", "name": hostile}],
        "domains": [{"organization_id": "org_9", "domain": "hostile.example"}],
    });
    environment.admin(Method::POST, "seed", rows).await;
    for extra in [
        vec![("client_id", "skc_9"), ("login_hint", hostile)],
        vec![("client_id", "skc_9"), ("organization_id", "org_9")],
        vec![("client_id", "skc_9"), ("connection_id", "conn_9")],
        vec![("domain_hint", hostile)],
        vec![("provider", hostile)],
        vec![("prompt", "create"), ("login_hint", hostile)],
        vec![("client_id", hostile)],
        vec![("state", hostile)],
    ] {
        let page = Browser::new(&environment).authorize(&extra).await;
        assert!(page.body.contains("</html>"), "{extra:?}");
        assert!(!page.body.contains("<script"), "{extra:?} {}", page.body);
    }
}

#[tokio::test]
async fn pages_send_security_headers() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
    for (header, value) in [
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(page.headers[header], value);
    }
    for (asset, content_type) in [
        ("style.css", "text/css"),
        ("live.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let response = environment.get(&format!("/_emulator/assets/{asset}")).await;
        assert!(
            response.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with(content_type),
            "{asset}"
        );
    }
    // A form without a ticket is rejected whatever its origin is.
    let request = environment.request(Method::POST, &environment.authorize_path(&[]));
    let foreign = request.header(ORIGIN, "https://evil.example");
    let response = browser
        .send(form_request(foreign, &[("do", "email")]))
        .await;
    assert_eq!(heading(&response), "This page has expired");
}

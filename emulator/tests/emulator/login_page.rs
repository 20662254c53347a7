//! The login page: choice of the identity provider, and error messages.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::browser::{Browser, alert, buttons, heading};
use crate::support::{Environment, acme};

pub(crate) async fn with_login_page() -> Environment {
    Environment::start(Emulator::builder().seed(acme()).seed(Seed::demo())).await
}

#[tokio::test]
async fn a_domain_selects_the_identity_provider_of_its_organization() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[("state", "s")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(heading(&page), "Sign in");
    let page = browser
        .submit(&page, "email", &[("email", "new@northwind.example")])
        .await;
    assert_eq!(heading(&page), "Sign in with Okta");
    assert!(page.body.contains("Northwind Traders"));
    let email = [("email", "new@northwind.example")];
    let callback = browser.submit(&page, "provider", &email).await;
    assert_eq!(callback.redirected()["state"], "s");
    let claims = browser.claims(&callback).await;
    assert_eq!(claims["amr"][0], "conn_200000000000000001");
    assert_eq!(claims["oid"], "org_200000000000000001");
    assert_eq!(claims["email"], "new@northwind.example");
}

#[tokio::test]
async fn hints_choose_the_first_page() {
    let environment = with_login_page().await;
    for (hints, first) in [
        (
            vec![("organization_id", "org_200000000000000002")],
            "Sign in with Microsoft Entra ID",
        ),
        (vec![("connection_id", "conn_1")], "Sign in with Okta"),
        (
            vec![("domain_hint", "NORTHWIND.example")],
            "Sign in with Okta",
        ),
        (
            vec![("login_hint", "x@blueharbor.example")],
            "Sign in with Microsoft Entra ID",
        ),
        (
            vec![("organization_id", "org_200000000000000003")],
            "Sign in to Garage Robotics",
        ),
        (vec![("login_hint", "x@nowhere.example")], "Sign in"),
        (vec![("prompt", "create")], "Create an account"),
        (
            vec![("provider", "okta"), ("organization_id", "org_1")],
            "Sign in with Okta",
        ),
    ] {
        let page = Browser::new(&environment).authorize(&hints).await;
        assert_eq!(
            (page.status, heading(&page).as_str()),
            (StatusCode::OK, first),
            "{hints:?}"
        );
    }
    // An unknown hint is shown on the page. The request itself is valid.
    for (hints, word) in [
        (
            [("domain_hint", "nowhere.example")],
            "No organization has the domain nowhere.example.",
        ),
        (
            [("provider", "gitlab")],
            "Sign-in with gitlab is not set up.",
        ),
    ] {
        assert_eq!(
            alert(&Browser::new(&environment).authorize(&hints).await),
            word
        );
    }
}

#[tokio::test]
async fn the_page_lists_several_connections() {
    let environment = with_login_page().await;
    let second = json!({"id": "conn_2", "organization_id": "org_1", "type": "SAML", "provider": "ONELOGIN", "enabled": true});
    let off = json!({"id": "conn_3", "organization_id": "org_1", "type": "SAML", "provider": "AUTH0", "enabled": false});
    let social = json!({"id": "conn_4", "type": "OIDC", "provider": "GOOGLE", "enabled": true, "ui_button_title": "Via Google"});
    let rows = json!({ "connections": [second, off, social] });
    environment.admin(Method::POST, "seed", rows).await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[("organization_id", "org_1")]).await;
    assert_eq!(
        buttons(&page),
        ["connection conn_1", "connection conn_2", "start", "deny"]
    );
    let page = browser.submit(&page, "connection conn_2", &[]).await;
    assert_eq!(heading(&page), "Sign in with OneLogin");
    let callback = browser
        .submit(&page, "provider", &[("email", "ada@acme.com")])
        .await;
    assert_eq!(browser.claims(&callback).await["amr"][0], "conn_2");

    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    assert!(page.body.contains("Via Google"));
    let page = browser.submit(&page, "connection conn_4", &[]).await;
    assert_eq!(heading(&page), "Sign in with Google");
    // A connection that the page did not offer is rejected.
    let page = browser.authorize(&[]).await;
    let page = browser.submit(&page, "connection conn_2", &[]).await;
    assert_eq!(alert(&page), "The connection does not exist.");
}

#[tokio::test]
async fn the_page_lists_several_organizations() {
    let environment = with_login_page().await;
    let memberships = json!([
        {"organization_id": "org_1", "membership_status": "ACTIVE"},
        {"organization_id": "org_200000000000000003", "membership_status": "PENDING_INVITE"},
        {"organization_id": "org_200000000000000002", "membership_status": "INACTIVE"},
    ]);
    let user = json!({"id": "usr_2", "email": "bea@both.example", "memberships": memberships});
    environment
        .admin(Method::POST, "seed", json!({ "users": [user] }))
        .await;
    let browser = Browser::new(&environment);
    let page = browser.log_in("bea@both.example", &[]).await;
    assert_eq!(heading(&page), "Choose an organization");
    assert_eq!(
        buttons(&page),
        [
            "organization org_1",
            "organization org_200000000000000003",
            "deny"
        ]
    );
    let other = browser
        .submit(&page, "organization org_200000000000000001", &[])
        .await;
    assert_eq!(alert(&other), "You are not a member of this organization.");
    let callback = browser
        .submit(&page, "organization org_200000000000000003", &[])
        .await;
    assert_eq!(
        browser.claims(&callback).await["oid"],
        "org_200000000000000003"
    );
    let user = environment
        .call(Method::GET, "/api/v1/users/usr_2", None)
        .await
        .json();
    assert_eq!(
        user["user"]["memberships"][1]["membership_status"],
        "ACTIVE"
    );
    // With an `organization_id`, the page is skipped.
    let browser = Browser::new(&environment);
    let rows = json!({ "connections": [{"id": "conn_1", "organization_id": "org_1", "type": "OIDC", "provider": "OKTA", "enabled": false}] });
    environment.admin(Method::POST, "seed", rows).await;
    let callback = browser
        .log_in("bea@both.example", &[("organization_id", "org_1")])
        .await;
    assert_eq!(browser.claims(&callback).await["oid"], "org_1");
}

#[tokio::test]
async fn cancelling_redirects_to_the_application_with_an_error() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[("state", "s")]).await;
    let callback = browser.submit(&page, "deny", &[]).await.redirected();
    assert_eq!(
        (callback["error"].as_str(), callback["state"].as_str()),
        ("access_denied", "s")
    );
    let page = browser.authorize(&[("connection_id", "conn_1")]).await;
    let callback = browser.submit(&page, "deny_login", &[]).await.redirected();
    assert_eq!(callback["error"], "access_denied");
    assert!(callback["error_description"].contains("identity provider"));
    let log = environment
        .call(Method::GET, "/api/v1/logs/authentication/requests", None)
        .await
        .json();
    let statuses: Vec<&Value> = log["authRequests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["status"])
        .collect();
    assert_eq!(statuses, ["FAILED", "FAILED"]);
}

#[tokio::test]
async fn the_page_shows_errors_for_email_addresses() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    for email in ["", "ada", "@acme.com", "ada@", "a da@acme.com"] {
        let again = browser.submit(&page, "email", &[("email", email)]).await;
        assert!(
            alert(&again).starts_with("Enter an email address"),
            "{email}"
        );
        assert!(again.body.contains("<title>Error: "), "{email}");
    }
    let again = browser
        .submit(&page, "sso", &[("email", "ada@nowhere.example")])
        .await;
    assert_eq!(
        alert(&again),
        "No single sign-on is set up for nowhere.example."
    );
    let deactivated = json!([{"organization_id": "org_1", "membership_status": "INACTIVE"}]);
    let user = json!({"id": "usr_3", "email": "off@acme.com", "memberships": deactivated});
    environment
        .admin(Method::POST, "seed", json!({ "users": [user] }))
        .await;
    let page = browser.authorize(&[("connection_id", "conn_1")]).await;
    let again = browser
        .submit(&page, "provider", &[("email", "off@acme.com")])
        .await;
    assert_eq!(
        alert(&again),
        "The user is deactivated in this organization."
    );
}

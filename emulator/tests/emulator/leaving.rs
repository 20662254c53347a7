//! Sessions and tokens after a user leaves an organization, is deactivated, or logs out.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::Environment;

const PERSON: &str = "bob@home.net";

async fn two_organizations() -> Environment {
    let membership = |id: &str| json!({ "organization_id": id, "membership_status": "ACTIVE" });
    let seed = json!({
        "organizations": [
            { "id": "org_100000000000000001", "display_name": "One" }, { "id": "org_100000000000000002", "display_name": "Two" },
        ],
        "users": [{ "id": "usr_100000000000000003", "email": PERSON, "memberships": [membership("org_100000000000000001"), membership("org_100000000000000002")] }],
    });
    Environment::start(Emulator::builder().seed(Seed::from_json(seed).unwrap())).await
}

async fn tokens(browser: &Browser<'_>, extra: &[(&str, &str)]) -> Value {
    let code = browser
        .authorize(extra)
        .await
        .redirected()
        .remove("code")
        .expect("a code");
    browser.environment.exchange(&code, &[]).await.json()
}

async fn refreshed(environment: &Environment, tokens: &Value) -> (StatusCode, Value) {
    let token = tokens["refresh_token"].as_str().expect("a refresh token");
    let response = environment.refresh(token, &[]).await;
    (response.status, response.json())
}

#[tokio::test]
async fn leaving_an_organization_revokes_its_tokens() {
    for leave in [
        "/api/v1/memberships/organizations/org_100000000000000002/users/usr_100000000000000003",
        "/api/v1/organizations/org_100000000000000002",
    ] {
        let environment = two_organizations().await;
        let browser = Browser::new(&environment);
        browser
            .log_in(PERSON, &[("organization_id", "org_100000000000000001")])
            .await;
        let first = tokens(
            &browser,
            &[
                ("organization_id", "org_100000000000000001"),
                ("prompt", "none"),
            ],
        )
        .await;
        let second = tokens(
            &browser,
            &[
                ("organization_id", "org_100000000000000002"),
                ("prompt", "none"),
            ],
        )
        .await;
        let code = browser
            .authorize(&[
                ("organization_id", "org_100000000000000002"),
                ("prompt", "none"),
            ])
            .await
            .redirected()
            .remove("code")
            .unwrap();
        let response = environment.call(Method::DELETE, leave, None).await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);

        assert_eq!(
            refreshed(&environment, &second).await.1["error"],
            "invalid_grant"
        );
        assert_eq!(
            environment.exchange(&code, &[]).await.error(),
            "invalid_grant"
        );
        let sessions = environment
            .call(
                Method::GET,
                "/api/v1/users/usr_100000000000000003/sessions",
                None,
            )
            .await
            .json();
        assert_eq!(
            sessions["sessions"][0]["authenticated_organizations"],
            json!(["org_100000000000000001"])
        );
        // The tokens for the other organization stay valid.
        assert_eq!(refreshed(&environment, &first).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_deactivated_member_cannot_refresh() {
    let environment = two_organizations().await;
    let browser = Browser::new(&environment);
    browser
        .log_in(PERSON, &[("organization_id", "org_100000000000000001")])
        .await;
    let second = tokens(
        &browser,
        &[
            ("organization_id", "org_100000000000000002"),
            ("prompt", "none"),
        ],
    )
    .await;
    let user = json!({ "users": [{
        "id": "usr_100000000000000003", "email": PERSON, "memberships": [
            { "organization_id": "org_100000000000000001", "membership_status": "ACTIVE" },
            { "organization_id": "org_100000000000000002", "membership_status": "INACTIVE" },
        ],
    }] });
    environment.admin(Method::POST, "seed", user).await;
    assert_eq!(
        refreshed(&environment, &second).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn logging_out_ends_all_logins_of_the_browser() {
    let environment = two_organizations().await;
    for same_browser in [true, false] {
        let browser = Browser::new(&environment);
        let organization = [("organization_id", "org_100000000000000001")];
        browser.log_in(PERSON, &organization).await;
        let first = tokens(&browser, &[organization[0], ("prompt", "none")]).await;
        browser
            .log_in(PERSON, &[organization[0], ("prompt", "login")])
            .await;
        let second = tokens(&browser, &[organization[0], ("prompt", "none")]).await;
        let other_browser = Browser::new(&environment);
        other_browser.log_in(PERSON, &organization).await;

        let hint = second["id_token"].as_str().unwrap();
        let path = format!("/oidc/logout?id_token_hint={hint}");
        match same_browser {
            true => browser.open(&path).await,
            false => environment.get(&path).await,
        };
        let silent = browser.authorize(&[("prompt", "none")]).await.redirected();
        assert_eq!(silent["error"], "login_required");
        for tokens in [&first, &second] {
            assert_eq!(
                refreshed(&environment, tokens).await.1["error"],
                "invalid_grant"
            );
        }
        // Another browser of the same user stays logged in.
        let silent = other_browser
            .authorize(&[("prompt", "none")])
            .await
            .redirected();
        assert!(silent.contains_key("code"), "{silent:?}");
    }
}

//! Consent for clients of protected resources.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::json;

use crate::browser::{Browser, buttons, heading};
use crate::support::{CALLBACK, Environment, acme};

const CLIENT: (&str, &str) = ("client_id", "m2m_1");

async fn with_client(selectable: bool) -> Environment {
    let environment = Environment::start(Emulator::builder().seed(acme())).await;
    let scopes = json!([
        {"id": "scp_1", "name": "notes:read", "description": "Read your notes", "enabled": true},
        {"id": "scp_2", "name": "notes:write", "description": "Change your notes", "enabled": true},
        {"id": "scp_3", "name": "notes:burn", "enabled": false},
    ]);
    let rows = json!({
        "resources": [{"id": "res_1", "name": "Notes", "scopes": scopes, "resource_scope_selection_allowed": selectable}],
        "machines": [{
            "client_id": "m2m_1", "resource_id": "res_1", "name": "Agent", "redirect_uris": [CALLBACK],
            "secrets": [{"plain_secret": "agent-secret"}],
        }],
    });
    environment.admin(Method::POST, "seed", rows).await;
    environment
}

/// Exchanges a code and returns the scopes of the tokens.
async fn granted(environment: &Environment, code: &str) -> String {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("client_id", "m2m_1"),
        ("client_secret", "agent-secret"),
    ];
    let response = environment.post_form("/oauth/token", &form).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    response.json()["scope"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_consent_page_is_shown_once_until_consent_is_revoked() {
    let environment = with_client(false).await;
    let browser = Browser::new(&environment);
    let parameters = [CLIENT, ("scope", "openid notes:read")];
    let page = browser.log_in("ada@acme.com", &parameters).await;
    assert_eq!(heading(&page), "Allow access?");
    for text in [
        "Agent",
        "Notes",
        "Read your notes",
        "Know who you are",
        "ada@acme.com",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert_eq!(buttons(&page), ["allow", "deny"]);
    let silent = [CLIENT, ("scope", "openid notes:read"), ("prompt", "none")];
    assert_eq!(
        browser.authorize(&silent).await.redirected()["error"],
        "consent_required"
    );
    let callback = browser.submit(&page, "allow", &[]).await.redirected();
    assert_eq!(
        granted(&environment, &callback["code"]).await,
        "openid notes:read"
    );

    assert!(
        browser
            .authorize(&silent)
            .await
            .redirected()
            .contains_key("code")
    );
    let extra = [CLIENT, ("scope", "openid notes:read notes:write")];
    let page = browser.authorize(&extra).await;
    assert_eq!(heading(&page), "Allow access?");
    browser.submit(&page, "allow", &[]).await.redirected();
    let list = environment
        .call(Method::GET, "/api/v1/user_consents?resource_id=res_1", None)
        .await
        .json();
    let consent = &list["consents"][0];
    assert_eq!(
        (&list["total_size"], &consent["external_user_id"]),
        (&json!(1), &json!("usr_1"))
    );
    assert_eq!(
        consent["scopes"],
        json!(["openid", "notes:read", "notes:write"])
    );
    assert_eq!(consent["client_name"], "Agent");
    // `prompt=consent` shows the page again.
    let again = [CLIENT, ("scope", "openid"), ("prompt", "consent")];
    assert_eq!(heading(&browser.authorize(&again).await), "Allow access?");

    let path = format!(
        "/api/v1/clients/m2m_1/consents/{}",
        consent["id"].as_str().unwrap()
    );
    let revoked = environment.call(Method::DELETE, &path, None).await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert_eq!(
        browser.authorize(&silent).await.redirected()["error"],
        "consent_required"
    );
}

#[tokio::test]
async fn a_denial_is_reported_and_not_stored() {
    let environment = with_client(false).await;
    let browser = Browser::new(&environment);
    let page = browser
        .log_in("ada@acme.com", &[CLIENT, ("state", "s")])
        .await;
    let callback = browser.submit(&page, "deny", &[]).await.redirected();
    assert_eq!(
        (callback["error"].as_str(), callback["state"].as_str()),
        ("access_denied", "s")
    );
    // Ada stays logged in and sees the consent page again.
    assert_eq!(
        heading(&browser.authorize(&[CLIENT]).await),
        "Allow access?"
    );
    // Another browser cannot consent for her.
    let eve = Browser::new(&environment);
    assert_eq!(
        heading(&eve.submit(&page, "allow", &[]).await),
        "This page has expired"
    );
}

#[tokio::test]
async fn users_can_deselect_scopes_if_the_resource_allows_it() {
    let environment = with_client(true).await;
    let browser = Browser::new(&environment);
    let parameters = [CLIENT, ("scope", "openid notes:read notes:write")];
    let page = browser.log_in("ada@acme.com", &parameters).await;
    assert_eq!(page.body.matches("type=\"checkbox\"").count(), 2);
    let callback = browser
        .submit(&page, "allow", &[("scope", "notes:read")])
        .await
        .redirected();
    assert_eq!(
        granted(&environment, &callback["code"]).await,
        "openid notes:read"
    );
    // A deselected scope shows the page again. Allowed scopes do not.
    assert_eq!(
        heading(&browser.authorize(&parameters).await),
        "Allow access?"
    );
    let less = [CLIENT, ("scope", "openid notes:read")];
    assert!(
        browser
            .authorize(&less)
            .await
            .redirected()
            .contains_key("code")
    );
}

#[tokio::test]
async fn disabled_and_unknown_scopes_are_rejected() {
    let environment = with_client(false).await;
    for scope in ["notes:burn", "openid nothing:here"] {
        let callback = Browser::new(&environment)
            .authorize(&[CLIENT, ("scope", scope), ("state", "s")])
            .await
            .redirected();
        assert_eq!(
            (callback["error"].as_str(), callback["state"].as_str()),
            ("invalid_scope", "s"),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn applications_of_the_environment_need_no_consent() {
    let environment = with_client(false).await;
    let browser = Browser::new(&environment);
    assert!(
        browser
            .log_in("ada@acme.com", &[])
            .await
            .redirected()
            .contains_key("code")
    );
    let page = browser.authorize(&[("prompt", "consent")]).await;
    assert_eq!(heading(&page), "Allow access?");
    assert!(
        browser
            .submit(&page, "allow", &[])
            .await
            .redirected()
            .contains_key("code")
    );
}

#[tokio::test]
async fn auto_approval_includes_consent() {
    let environment = Environment::start(Emulator::builder().auto_approve(true).seed(acme())).await;
    let rows = json!({
        "resources": [{"id": "res_1", "name": "Notes"}],
        "machines": [{"client_id": "m2m_1", "resource_id": "res_1", "name": "Agent", "redirect_uris": [CALLBACK]}],
    });
    environment.admin(Method::POST, "seed", rows).await;
    assert!(
        environment
            .get(&environment.authorize_path(&[CLIENT]))
            .await
            .redirected()
            .contains_key("code")
    );
    let list = environment
        .call(Method::GET, "/api/v1/user_consents?resource_id=res_1", None)
        .await
        .json();
    assert_eq!(
        list["consents"][0]["scopes"],
        json!(["openid", "profile", "email"])
    );
}

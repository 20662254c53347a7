//! The page behind a link to the admin portal.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

use crate::browser::heading;
use crate::support::{Environment, Response, acme, environment};

/// Creates a link; returns its path with the query.
async fn portal_link(environment: &Environment, organization: &str, query: &str) -> String {
    let path = format!("/api/v1/organizations/{organization}/portal_links{query}");
    let made = environment.call(Method::PUT, &path, None).await.json();
    let location = made["link"]["location"].as_str().unwrap();
    location
        .strip_prefix(environment.emulator.url())
        .expect("an address of the emulator")
        .to_owned()
}

fn has(page: &Response, text: &str) -> bool {
    page.body.contains(text)
}

#[tokio::test]
async fn a_portal_link_opens_a_page_with_the_organization_and_the_features() {
    let environment = environment().await;
    for (query, single_sign_on, directories) in [
        ("?features=sso", true, false),
        ("?features=dir_sync", false, true),
        ("?features=sso&features=dir_sync", true, true),
        ("?sso=true", true, false),
        ("?directory_sync=true", false, true),
        ("", true, true),
    ] {
        let page = environment
            .get(&portal_link(&environment, "org_1", query).await)
            .await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(heading(&page), "Admin portal of Acme");
        assert!(
            has(&page, "The emulator does not include the admin portal."),
            "{}",
            page.body
        );
        assert_eq!(has(&page, "Single sign-on"), single_sign_on, "{query}");
        assert_eq!(
            has(&page, "Directory synchronization"),
            directories,
            "{query}"
        );
    }
    let logged = environment.logged("operation=portal").await;
    assert_eq!(logged.len(), 6);
}

#[tokio::test]
async fn expired_and_unknown_portal_links_open_an_error_page() {
    let environment = environment().await;
    let path = portal_link(&environment, "org_1", "").await;
    for wrong in ["/portal/lnk_1", "/portal/x%2Fy"] {
        let page = environment.get(wrong).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(heading(&page), "This link does not work");
        assert!(has(&page, "The link is unknown."), "{}", page.body);
    }
    let week = 7 * 24 * 3600;
    for (seconds, status) in [(week - 60, StatusCode::OK), (week + 1, StatusCode::GONE)] {
        environment
            .admin(Method::PUT, "clock", json!({ "shift_seconds": seconds }))
            .await;
        assert_eq!(environment.get(&path).await.status, status, "{seconds}");
    }
    let page = environment.get(&path).await;
    assert_eq!(heading(&page), "This link does not work");
    assert!(has(&page, "The link has expired."), "{}", page.body);
    for other in ["/portal", "/portal/", "/portal/a/b"] {
        let response = environment.get(other).await;
        assert!(
            response.status == StatusCode::NOT_FOUND && !has(&response, "<h1>"),
            "{other}"
        );
    }
    let response = crate::support::send(environment.request(Method::POST, &path)).await;
    assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_portal_link_is_deleted_with_its_organization_and_is_exported() {
    let environment = environment().await;
    let path = portal_link(&environment, "org_1", "?features=sso").await;
    let export = environment.admin(Method::GET, "export", Value::Null).await;
    assert_eq!(export["portal_links"][0]["organization_id"], "org_1");
    let other = Environment::start(Emulator::builder().seed(acme())).await;
    let links = json!({ "portal_links": export["portal_links"] });
    other.admin(Method::POST, "seed", links).await;
    assert_eq!(other.get(&path).await.status, StatusCode::OK);
    environment
        .call(Method::DELETE, "/api/v1/organizations/org_1", None)
        .await;
    assert_eq!(environment.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_portal_page_escapes_the_name_of_the_organization() {
    let environment = environment().await;
    let hostile = "\"'><script>alert(1)</script>";
    let rows = json!({ "organizations": [{ "id": "org_9", "display_name": hostile }] });
    environment.admin(Method::POST, "seed", rows).await;
    let page = environment
        .get(&portal_link(&environment, "org_9", "").await)
        .await;
    assert!(
        has(&page, "</html>") && !has(&page, "<script"),
        "{}",
        page.body
    );
}

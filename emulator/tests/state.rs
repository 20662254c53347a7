//! What the environment holds: organizations with their settings, domains and connections; and who hears of changes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Http, refused};
use reqwest::Method;
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

async fn start() -> Http {
    Http::start(Emulator::builder().auto_approve(true)).await
}

fn names(list: &Value, field: &str) -> Vec<String> {
    list.as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(|one| one[field].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn organizations_keep_what_a_patch_leaves_out() {
    let http = start().await;
    let new = json!({"display_name": "Acme", "external_id": "e1", "slug": "acme", "metadata": {"team": "1"}});
    let made = http.post("/api/v1/organizations", new.clone()).await.json()["organization"].clone();
    let path = format!("/api/v1/organizations/{}", made["id"].as_str().unwrap());
    refused(
        &http.post("/api/v1/organizations", new.clone()).await,
        409,
        6,
        "RESOURCE_ALREADY_EXISTS",
    );
    let patched = http.patch(&path, json!({"metadata": {"plan": "2"}})).await.json()["organization"].clone();
    assert_eq!(patched["metadata"], json!({"plan": "2"}));
    assert_eq!(
        (&patched["display_name"], &patched["slug"]),
        (&json!("Acme"), &json!("acme"))
    );
    let mask = format!("{path}?update_mask=display_name");
    let masked = http
        .patch(&mask, json!({"display_name": "New", "slug": "new"}))
        .await
        .json();
    let masked = masked["organization"].clone();
    assert_eq!(
        (&masked["display_name"], &masked["slug"]),
        (&json!("New"), &json!("acme"))
    );
    assert_eq!(http.delete(&path).await.json(), json!({}));
    refused(&http.get(&path).await, 404, 5, "RESOURCE_NOT_FOUND");
    assert_eq!(
        http.post("/api/v1/organizations", new).await.status,
        200,
        "its names are free again"
    );
}

#[tokio::test]
async fn lists_page_newest_organization_first_and_find_by_text() {
    let http = start().await;
    for name in ["One", "Two", "Three"] {
        http.organization(name).await;
    }
    let first = http.get("/api/v1/organizations?page_size=2").await.json();
    assert_eq!(names(&first["organizations"], "display_name"), ["Three", "Two"]);
    assert_eq!(first["total_size"], 3);
    let token = first["next_page_token"].as_str().unwrap();
    let last = http
        .get(&format!("/api/v1/organizations?page_size=2&page_token={token}"))
        .await
        .json();
    assert_eq!(names(&last["organizations"], "display_name"), ["One"]);
    assert!(last["next_page_token"].as_str().unwrap_or_default().is_empty());
    let found = http.get("/api/v1/organizations:search?query=hre").await.json();
    assert_eq!(names(&found["organizations"], "display_name"), ["Three"]);
    refused(
        &http.get("/api/v1/organizations?page_token=nonsense").await,
        400,
        3,
        "INVALID_ARGUMENT",
    );
}

#[tokio::test]
async fn domains_and_connections_belong_to_their_organization() {
    let http = start().await;
    let (acme, other) = (http.organization("Acme").await, http.organization("Other").await);
    let domains = format!("/api/v1/organizations/{acme}/domains");
    let domain = http.post(&domains, json!({"domain": "acme.com"})).await.json()["domain"].clone();
    assert_eq!(domain["domain_type"], "ORGANIZATION_DOMAIN");
    assert_eq!(http.post(&domains, json!({"domain": "nodot"})).await.status, 400);
    let connections = format!("/api/v1/organizations/{acme}/connections");
    let new = json!({"type": "OIDC", "provider": "OKTA"});
    let connection = http.post(&connections, new).await.json()["connection"].clone();
    let id = connection["id"].as_str().unwrap();
    assert_eq!(
        connection["test_connection_uri"],
        http.url(&format!("/sso/v1/oidc/{id}/test"))
    );
    refused(
        &http
            .get(&format!("/api/v1/organizations/{other}/connections/{id}"))
            .await,
        404,
        5,
        "RESOURCE_NOT_FOUND",
    );
    let listed = |query: &'static str| http.get(query);
    assert_eq!(
        listed("/api/v1/connections?domain=acme.com").await.json(),
        json!({})
    );
    assert_eq!(
        names(
            &listed("/api/v1/connections?domain=acme.com&include=all")
                .await
                .json()["connections"],
            "id"
        ),
        [id]
    );
    let toggled = http
        .patch(&format!("{connections}/{id}:enable"), json!({}))
        .await
        .json();
    assert_eq!(toggled, json!({"enabled": true}));
    let enabled = listed("/api/v1/connections?domain=acme.com").await.json();
    assert_eq!(enabled["connections"][0]["status"], "COMPLETED");
    let settings = json!({"oidc_config": {"issuer": "https://idp.example"}, "ui_button_title": "Go"});
    let updated = http
        .patch(&format!("/api/v1/connections/{id}"), settings)
        .await
        .json()["connection"]
        .clone();
    assert_eq!(updated["oidc_config"]["issuer"], "https://idp.example");
    assert_eq!(
        http.delete(&format!("{connections}/{id}")).await.json(),
        json!({})
    );
    refused(
        &http.delete(&format!("{connections}/{id}")).await,
        404,
        5,
        "RESOURCE_NOT_FOUND",
    );
}

#[tokio::test]
async fn organization_settings_have_operations_of_their_own() {
    let http = start().await;
    let acme = http.organization("Acme").await;
    let path = format!("/api/v1/organizations/{acme}");
    let link = http
        .api(Method::PUT, &format!("{path}/portal_links"), None)
        .await
        .json()["link"]
        .clone();
    assert!(
        link["location"]
            .as_str()
            .unwrap()
            .starts_with(http.emulator.url()),
        "{link}"
    );
    let limit = json!({"settings": {"max_allowed_users": 1}});
    assert_eq!(
        http.patch(&format!("{path}/settings/usermanagement"), limit)
            .await
            .status,
        200
    );
    http.user(&acme, "first@example.com").await;
    let second = http
        .post(
            &format!("{path}/users"),
            json!({"email": "second@example.com", "membership": {}}),
        )
        .await;
    refused(&second, 400, 9, "MAX_ALLOWED_USERS_EXCEEDED");
    let policy = http.get(&format!("{path}/session-policy")).await.json();
    assert_eq!(policy["policy"]["policy_source"], "APPLICATION", "{policy}");
}

#[tokio::test]
async fn changes_are_posted_signed_to_the_endpoints_that_want_them() {
    let http = start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let endpoint = http
        .admin(
            Method::POST,
            "webhooks",
            json!({"url": url, "events": ["organization.*"]}),
        )
        .await
        .json();
    let request = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        loop {
            let mut chunk = [0; 4096];
            let count = stream.read(&mut chunk).await.unwrap();
            read.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&read);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_ascii_lowercase();
                let length = length.split("content-length: ").nth(1).unwrap();
                let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                if body.len() >= length {
                    break;
                }
            }
        }
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .await
            .unwrap();
        String::from_utf8(read).unwrap()
    });
    let acme = http.organization("Acme").await;
    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let headers: Vec<(&str, &str)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .collect();
    let event: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&event["type"], &event["organization_id"]),
        (&json!("organization.created"), &json!(acme))
    );
    let headers =
        scalekit::webhook::SignatureHeaders::from_pairs(scalekit::webhook::Purpose::Webhook, headers);
    scalekit::webhook::verify(endpoint["secret"].as_str().unwrap(), &headers, body.as_bytes()).unwrap();
    let deliveries = http.admin(Method::GET, "deliveries", json!({})).await.json();
    assert_eq!(deliveries[0]["type"], "organization.created");
}

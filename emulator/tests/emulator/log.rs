//! The request log and its redaction of secrets.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::support::{CHALLENGE, VERIFIER, environment, send};

#[tokio::test]
async fn an_entry_contains_the_request_unchanged() {
    let environment = environment().await;
    let bearer = environment.bearer().await;
    let body = r#"{ "display_name": "Überall",  "metadata": {"team": "one"} }"#;
    let request = environment.request(
        Method::PATCH,
        "/api/v1/organizations/org%5F1?update_mask=a%2Cb&x=1",
    );
    let request = request
        .bearer_auth(bearer)
        .header(CONTENT_TYPE, "application/json")
        .header("x-probe", "7")
        .header("x-probe", "a: b");
    let response = send(request.body(body)).await;
    let entries = environment
        .logged("operation=OrganizationService.UpdateOrganization")
        .await;
    let entry = &entries[0];
    for (field, value) in [
        ("method", json!("PATCH")),
        ("path", json!("/api/v1/organizations/org%5F1")),
        ("query", json!("update_mask=a%2Cb&x=1")),
        ("body", json!(body)),
        ("json", serde_json::from_str(body).unwrap()),
        ("status", json!(response.status.as_u16())),
        (
            "request_id",
            json!(response.headers["x-request-id"].to_str().unwrap()),
        ),
        ("aborted", json!(false)),
    ] {
        assert_eq!(entry[field], value, "{field}");
    }
    assert_eq!(entry["headers"]["x-probe"], "7, a: b");
    assert_eq!(entry["headers"]["authorization"], "Bearer [redacted]");
}

#[tokio::test]
async fn credentials_are_redacted() {
    let environment = environment().await;
    let challenge = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let code = environment.code(&challenge).await;
    let tokens = environment
        .exchange(&code, &[("code_verifier", VERIFIER)])
        .await
        .json();
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    environment.refresh(&token("refresh_token"), &[]).await;
    environment
        .get(&format!("/oidc/logout?id_token_hint={}", token("id_token")))
        .await;
    let bearer = environment.bearer().await;
    send(
        environment
            .request(Method::GET, "/userinfo")
            .bearer_auth(token("access_token")),
    )
    .await;
    send(
        environment
            .request(Method::GET, "/api/v1/organizations")
            .bearer_auth(&bearer)
            .header(COOKIE, "a=sesame")
            .header(COOKIE, "b=sesame2"),
    )
    .await;
    // Secrets sent to an unknown path are redacted too.
    environment
        .post_form(
            "/oauth/tokens",
            &[("client_secret", environment.emulator.client_secret())],
        )
        .await;
    let request = environment
        .request(Method::POST, "/oauth/token")
        .header("authorization", "Basic c2VjcmV0OnNlY3JldA==");
    send(request).await;

    let log = Value::from(environment.logged("").await).to_string();
    for secret in [
        environment.emulator.client_secret(),
        &code,
        VERIFIER,
        &token("refresh_token"),
        &token("id_token"),
        &token("access_token"),
        &bearer,
        "sesame",
        "c2VjcmV0OnNlY3JldA",
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
    assert!(log.contains("grant_type=authorization_code") && log.contains("[redacted]"));
}

#[tokio::test]
async fn entries_can_be_filtered_and_deleted() {
    let environment = environment().await;
    for path in [
        "/keys",
        "/keys",
        "/api/v1/organizations/a",
        "/api/v1/organizations/b",
    ] {
        environment.get(path).await;
    }
    let paths = async |query: &str| -> Vec<String> {
        let entries = environment.logged(query).await;
        entries
            .iter()
            .map(|entry| entry["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(paths("operation=oauth.keys").await, ["/keys", "/keys"]);
    assert_eq!(
        paths("path=/api/v1/organizations/a").await,
        ["/api/v1/organizations/a"]
    );
    assert_eq!(paths("method=post").await, [""; 0]);
    assert_eq!(paths("limit=1").await, ["/api/v1/organizations/b"]);
    let third = environment.logged("").await[2]["number"].as_u64().unwrap();
    assert_eq!(
        paths(&format!("after={third}")).await,
        ["/api/v1/organizations/b"]
    );
    environment
        .admin(Method::DELETE, "requests", json!({}))
        .await;
    assert_eq!(paths("").await, [""; 0]);
    environment.get("/keys").await;
    assert!(environment.logged("").await[0]["number"].as_u64().unwrap() > third);
}

#[tokio::test]
async fn a_request_aborted_by_the_client_is_marked() {
    let environment = environment().await;
    let name = "OrganizationService.ListOrganization";
    environment
        .admin(
            Method::POST,
            "faults",
            json!({"operation": name, "delay_ms": 30_000}),
        )
        .await;
    let request = environment
        .request(Method::GET, "/api/v1/organizations")
        .send();
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(300), request)
            .await
            .is_err()
    );
    for _ in 0..100 {
        let entry = environment.logged(&format!("operation={name}")).await[0].clone();
        if entry["aborted"] == true {
            assert_eq!(entry["status"], Value::Null);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the request is still pending");
}

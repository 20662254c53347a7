//! Canned responses and injected faults.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Environment, environment};

const GET: &str = "OrganizationService.GetOrganization";
const PATH: &str = "/api/v1/organizations/org_1";

async fn set(environment: &Environment, fault: Value) -> Value {
    environment.admin(Method::POST, "faults", fault).await
}

#[tokio::test]
async fn a_canned_response_honors_skip_and_times() {
    let environment = environment().await;
    let canned = json!({"organization": {"id": "org_canned"}});
    set(
        &environment,
        json!({"operation": GET, "skip": 1, "times": 2, "json": canned, "headers": {"x-canned": "yes"}}),
    )
    .await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let response = environment.get(PATH).await;
        ids.push((
            response.status.as_u16(),
            response.json()["organization"]["id"]
                .as_str()
                .map(str::to_owned),
        ));
        assert_eq!(
            response.headers.contains_key("x-canned"),
            ids.last().unwrap().1.is_some()
        );
    }
    // The requests have no token: real responses are 401, canned ones are not.
    let canned = (200, Some("org_canned".to_owned()));
    assert_eq!(ids, [(401, None), canned.clone(), canned, (401, None)]);
    assert_eq!(
        environment.admin(Method::GET, "faults", json!({})).await,
        json!([])
    );
}

#[tokio::test]
async fn a_fault_can_set_an_error_a_status_or_a_body() {
    let environment = environment().await;
    let error = json!({"code": "FAILED_PRECONDITION", "message": "not now", "error_code": "LATER"});
    set(
        &environment,
        json!({"operation": GET, "times": 1, "error": error}),
    )
    .await;
    let response = environment.get(PATH).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        (&response.json()["code"], &response.json()["message"]),
        (&json!(9), &json!("not now"))
    );
    assert_eq!(response.json()["details"][0]["error_code"], "LATER");

    set(
        &environment,
        json!({"operation": GET, "times": 1, "status": 503, "retry_after": "7"}),
    )
    .await;
    let response = environment.get(PATH).await;
    assert_eq!(
        (
            response.status,
            response.headers["retry-after"].to_str().unwrap()
        ),
        (StatusCode::SERVICE_UNAVAILABLE, "7")
    );

    let page = "<html>gateway</html>";
    set(&environment, json!({"operation": GET, "times": 1, "status": 502, "body": page, "headers": {"content-type": "text/html"}})).await;
    let response = environment.get(PATH).await;
    assert_eq!(
        (response.status.as_u16(), response.body.as_str()),
        (502, page)
    );
    assert_eq!(response.headers["content-type"], "text/html");
}

#[tokio::test]
async fn a_response_can_be_delayed() {
    let environment = environment().await;
    set(&environment, json!({"operation": GET, "delay_ms": 300})).await;
    let start = Instant::now();
    let response = environment.call(Method::GET, PATH, None).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(response.json()["organization"]["display_name"], "Acme");
}

#[tokio::test]
async fn a_connection_can_be_dropped() {
    let environment = environment().await;
    set(
        &environment,
        json!({"operation": GET, "times": 1, "effect": "drop"}),
    )
    .await;
    // A new client: `reqwest` may retry a request on a reused connection.
    let error = reqwest::Client::builder().no_proxy().build().unwrap();
    let error = error
        .get(format!("{}{PATH}", environment.emulator.url()))
        .send()
        .await
        .unwrap_err();
    assert!(error.status().is_none());
    let entry = &environment.logged(&format!("operation={GET}")).await[0];
    assert_eq!(
        (&entry["status"], &entry["aborted"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn a_body_can_be_truncated() {
    let environment = environment().await;
    set(
        &environment,
        json!({"operation": GET, "times": 1, "effect": "truncate", "body": "0123456789"}),
    )
    .await;
    let mut response = environment.request(Method::GET, PATH).send().await.unwrap();
    assert_eq!(response.content_length(), Some(10));
    assert_eq!(response.chunk().await.unwrap().unwrap(), "01234");
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn a_body_can_be_endless() {
    let environment = environment().await;
    set(
        &environment,
        json!({"operation": GET, "times": 1, "effect": "endless", "json": {"a": 1}}),
    )
    .await;
    let mut response = environment.request(Method::GET, PATH).send().await.unwrap();
    assert_eq!(response.content_length(), None);
    let mut length = 0;
    while length < 2_000_000 {
        length += response.chunk().await.unwrap().expect("no end").len();
    }
}

#[tokio::test]
async fn a_fault_can_match_an_endpoint_a_service_or_everything() {
    let environment = environment().await;
    for (operation, path) in [
        ("oauth.keys", "/keys"),
        ("OrganizationService.*", PATH),
        ("*", "/.well-known/openid-configuration"),
    ] {
        let fault = set(&environment, json!({"operation": operation, "status": 429})).await;
        assert_eq!(
            environment.get(path).await.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{operation}"
        );
        assert_eq!(
            environment.get("/api/v1/nothing").await.status,
            StatusCode::NOT_FOUND
        );
        environment
            .admin(
                Method::DELETE,
                &format!("faults/{}", fault["id"]),
                json!({}),
            )
            .await;
        assert_ne!(
            environment.get(path).await.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn invalid_faults_are_rejected() {
    let environment = environment().await;
    for fault in [
        json!({}),
        json!({"operation": "NoService.NoOperation", "status": 500}),
        json!({"operation": GET, "status": 42}),
        json!({"operation": GET, "times": 0}),
        json!({"operation": GET, "json": {}, "body": ""}),
        json!({"operation": GET, "error": {"code": "NO_SUCH_CODE"}}),
        json!({"operation": GET, "headers": {"bad name": "x"}}),
        json!({"operation": GET, "effect": "explode"}),
        json!({"operation": GET, "statsu": 500}),
    ] {
        let request = environment
            .request(Method::POST, "/_emulator/faults")
            .header("content-type", "application/json");
        let response = crate::support::send(request.body(fault.to_string())).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{fault}");
        assert!(!response.error().is_empty());
    }
}

//! Canned responses and injected faults.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, world};

const GET: &str = "OrganizationService.GetOrganization";
const PATH: &str = "/api/v1/organizations/org_1";

async fn set(world: &World, fault: Value) -> Value {
    world.admin(Method::POST, "faults", fault).await
}

#[tokio::test]
async fn a_canned_response_honors_skip_and_times() {
    let world = world().await;
    let canned = json!({"organization": {"id": "org_canned"}});
    set(
        &world,
        json!({"operation": GET, "skip": 1, "times": 2, "json": canned, "headers": {"x-canned": "yes"}}),
    )
    .await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let answer = world.get(PATH).await;
        ids.push((
            answer.status.as_u16(),
            answer.json()["organization"]["id"].as_str().map(str::to_owned),
        ));
        assert_eq!(
            answer.headers.contains_key("x-canned"),
            ids.last().unwrap().1.is_some()
        );
    }
    // The requests have no token: real responses are 401, canned ones are not.
    let canned = (200, Some("org_canned".to_owned()));
    assert_eq!(ids, [(401, None), canned.clone(), canned, (401, None)]);
    assert_eq!(world.admin(Method::GET, "faults", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_fault_can_set_an_error_a_status_or_a_body() {
    let world = world().await;
    let error = json!({"code": "FAILED_PRECONDITION", "message": "not now", "error_code": "LATER"});
    set(&world, json!({"operation": GET, "times": 1, "error": error})).await;
    let answer = world.get(PATH).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        (&answer.json()["code"], &answer.json()["message"]),
        (&json!(9), &json!("not now"))
    );
    assert_eq!(answer.json()["details"][0]["error_code"], "LATER");

    set(
        &world,
        json!({"operation": GET, "times": 1, "status": 503, "retry_after": "7"}),
    )
    .await;
    let answer = world.get(PATH).await;
    assert_eq!(
        (answer.status, answer.headers["retry-after"].to_str().unwrap()),
        (StatusCode::SERVICE_UNAVAILABLE, "7")
    );

    let page = "<html>gateway</html>";
    set(&world, json!({"operation": GET, "times": 1, "status": 502, "body": page, "headers": {"content-type": "text/html"}})).await;
    let answer = world.get(PATH).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (502, page));
    assert_eq!(answer.headers["content-type"], "text/html");
}

#[tokio::test]
async fn a_response_can_be_delayed() {
    let world = world().await;
    set(&world, json!({"operation": GET, "delay_ms": 300})).await;
    let start = Instant::now();
    let answer = world.call(Method::GET, PATH, None).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(answer.json()["organization"]["display_name"], "Acme");
}

#[tokio::test]
async fn a_connection_can_be_dropped() {
    let world = world().await;
    set(&world, json!({"operation": GET, "times": 1, "effect": "drop"})).await;
    // A new client: `reqwest` may retry a request on a reused connection.
    let error = reqwest::Client::builder().no_proxy().build().unwrap();
    let error = error
        .get(format!("{}{PATH}", world.emulator.url()))
        .send()
        .await
        .unwrap_err();
    assert!(error.status().is_none());
    let entry = &world.logged(&format!("operation={GET}")).await[0];
    assert_eq!(
        (&entry["status"], &entry["aborted"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn a_body_can_be_truncated() {
    let world = world().await;
    set(
        &world,
        json!({"operation": GET, "times": 1, "effect": "truncate", "body": "0123456789"}),
    )
    .await;
    let mut response = world.request(Method::GET, PATH).send().await.unwrap();
    assert_eq!(response.content_length(), Some(10));
    assert_eq!(response.chunk().await.unwrap().unwrap(), "01234");
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn a_body_can_be_endless() {
    let world = world().await;
    set(
        &world,
        json!({"operation": GET, "times": 1, "effect": "endless", "json": {"a": 1}}),
    )
    .await;
    let mut response = world.request(Method::GET, PATH).send().await.unwrap();
    assert_eq!(response.content_length(), None);
    let mut length = 0;
    while length < 2_000_000 {
        length += response.chunk().await.unwrap().expect("no end").len();
    }
}

#[tokio::test]
async fn a_fault_can_match_an_endpoint_a_service_or_everything() {
    let world = world().await;
    for (operation, path) in [
        ("oauth.keys", "/keys"),
        ("OrganizationService.*", PATH),
        ("*", "/.well-known/openid-configuration"),
    ] {
        let fault = set(&world, json!({"operation": operation, "status": 429})).await;
        assert_eq!(
            world.get(path).await.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{operation}"
        );
        assert_eq!(world.get("/api/v1/nothing").await.status, StatusCode::NOT_FOUND);
        world
            .admin(Method::DELETE, &format!("faults/{}", fault["id"]), json!({}))
            .await;
        assert_ne!(
            world.get(path).await.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn invalid_faults_are_rejected() {
    let world = world().await;
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
        let request = world
            .request(Method::POST, "/_emulator/faults")
            .header("content-type", "application/json");
        let answer = crate::support::send(request.body(fault.to_string())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fault}");
        assert!(!answer.error().is_empty());
    }
}

//! Routes, bearer, constraints, faults and the log.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Http, refused};
use reqwest::{Method, StatusCode};
use scalekit::operation::{OPERATIONS, Segment};
use scalekit_emulator::Emulator;
use serde_json::json;

/// Every route of every operation with something in its place for each field.
fn routes() -> Vec<(Method, String, &'static str)> {
    let routes = OPERATIONS
        .iter()
        .flat_map(|operation| operation.routes.iter().map(move |route| (operation, route)));
    let filled = routes.map(|(operation, route)| {
        let path = route.path.iter().map(|segment| match segment {
            Segment::Literal(text) => (*text).to_owned(),
            Segment::Field { .. } => "x1".to_owned(),
        });
        (
            route.verb.as_str().parse().unwrap(),
            path.collect(),
            operation.name,
        )
    });
    filled.collect()
}

#[tokio::test]
async fn every_route_of_the_schema_leads_to_its_operation_and_wants_a_bearer() {
    let http = Http::start(Emulator::builder()).await;
    let routes = routes();
    let operations: std::collections::BTreeSet<_> = routes.iter().map(|(.., name)| *name).collect();
    assert_eq!(operations.len(), 149);
    for (method, path, name) in routes {
        let answer = http.anonymous(method.clone(), &path).await;
        refused(&answer, 401, 16, "UNAUTHENTICATED");
        let logged = http
            .admin(Method::GET, "requests?limit=1", json!({}))
            .await
            .json();
        assert_eq!(logged[0]["operation"], name, "{method} {path}");
    }
    let unmatched = http
        .admin(Method::GET, "requests?unmatched=true", json!({}))
        .await
        .json();
    assert_eq!(unmatched, json!([]));
}

#[tokio::test]
async fn what_no_operation_answers_is_listed() {
    let http = Http::start(Emulator::builder()).await;
    assert_eq!(http.get("/api/v1/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        http.delete("/api/v1/organizations").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let unmatched = http
        .admin(Method::GET, "requests?unmatched=true", json!({}))
        .await
        .json();
    let paths: Vec<_> = unmatched
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["/api/v1/nothing", "/api/v1/organizations"]);
}

#[tokio::test]
async fn constraints_become_field_violations() {
    let http = Http::start(Emulator::builder()).await;
    let answer = http
        .post(
            "/api/v1/organizations",
            json!({"display_name": "", "slug": "No Spaces"}),
        )
        .await;
    refused(&answer, 400, 3, "INVALID_ARGUMENT");
    let violations = answer.json()["details"][0]["validation_error_info"]["field_violations"].clone();
    let fields: Vec<_> = violations
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert!(fields.contains(&"organization.display_name"), "{violations}");
    assert!(
        violations
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["constraint"].as_str().is_some_and(|id| !id.is_empty()))
    );
    let lenient = Http::start(Emulator::builder().lenient(true)).await;
    assert_eq!(
        lenient
            .post("/api/v1/organizations", json!({"display_name": "", "x": 1}))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused() {
    let http = Http::start(Emulator::builder()).await;
    for body in [
        json!([1]),
        json!({"display_name": 7}),
        json!({"no_such_field": 1}),
    ] {
        refused(
            &http.post("/api/v1/organizations", body).await,
            400,
            3,
            "INVALID_ARGUMENT",
        );
    }
}

#[tokio::test]
async fn an_operation_without_state_says_so_after_its_checks() {
    let http = Http::start(Emulator::builder()).await;
    refused(&http.get("/api/v1/clients").await, 501, 12, "UNIMPLEMENTED");
    let canned = json!({"operation": "ClientService.ListClient", "times": 1, "json": {"clients": []}});
    assert_eq!(http.admin(Method::POST, "faults", canned).await.status, 200);
    assert_eq!(http.get("/api/v1/clients").await.json(), json!({"clients": []}));
    assert_eq!(http.get("/api/v1/clients").await.status, 501);
}

#[tokio::test]
async fn faults_of_each_kind() {
    let http = Http::start(Emulator::builder()).await;
    let set = |fault| http.admin(Method::POST, "faults", fault);
    let name = "RolesService.ListRoles";
    let path = "/api/v1/roles";

    set(json!({"operation": name, "times": 1, "status": 503, "retry_after": "7"})).await;
    let answer = http.get(path).await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.headers["retry-after"].to_str().unwrap()
        ),
        (503, "7")
    );

    set(json!({"operation": "RolesService.*", "times": 1, "skip": 1, "error": {"code": "NOT_FOUND"}})).await;
    assert_eq!(http.get(path).await.status, 200);
    refused(&http.get(path).await, 404, 5, "NOT_FOUND");

    set(json!({"operation": name, "times": 1, "body": "<html>oops", "status": 502})).await;
    assert_eq!(http.get(path).await.text, "<html>oops");

    set(json!({"operation": name, "times": 1, "effect": "drop"})).await;
    let url = http.url(path);
    assert!(http.browser.get(&url).send().await.is_err());

    set(json!({"operation": name, "times": 1, "json": {"roles": []}, "effect": "truncate"})).await;
    assert!(
        http.browser
            .get(&url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .is_err()
    );

    set(json!({"operation": name, "times": 1, "json": {}, "effect": "endless"})).await;
    let mut endless = http.browser.get(&url).send().await.unwrap();
    for _ in 0..20 {
        assert!(endless.chunk().await.unwrap().is_some());
    }

    let refusal = set(json!({"operation": "NoService.NoMethod", "status": 500})).await;
    assert_eq!(refusal.status, 400);
    assert_eq!(
        http.admin(Method::GET, "faults", json!({})).await.json(),
        json!([])
    );
}

#[tokio::test]
async fn the_log_keeps_requests_and_no_credentials() {
    let http = Http::start(Emulator::builder().client("skc_log", "a-very-secret-secret")).await;
    http.post(
        "/api/v1/organizations?unused=1",
        json!({"display_name": "Logged"}),
    )
    .await;
    let log = http.admin(Method::GET, "requests", json!({})).await;
    assert!(!log.text.contains("a-very-secret-secret"), "{}", log.text);
    assert!(!log.text.contains("eyJ"), "a token is in the log: {}", log.text);
    let entry = &log.json()[1];
    assert_eq!(entry["operation"], "OrganizationService.CreateOrganization");
    assert_eq!(entry["method"], "POST");
    assert_eq!(entry["query"], "unused=1");
    assert_eq!(entry["json"], json!({"display_name": "Logged"}));
    assert_eq!(entry["headers"]["authorization"], "Bearer [redacted]");
    assert_eq!(
        http.admin(Method::DELETE, "requests", json!({})).await.status,
        204
    );
    assert_eq!(
        http.admin(Method::GET, "requests", json!({})).await.json(),
        json!([])
    );
}

#[tokio::test]
async fn seeds_and_resets() {
    let http = Http::start(Emulator::builder()).await;
    let seed = json!({
        "organizations": [{"id": "org_123456", "display_name": "Seeded", "external_id": "ext"}],
        "users": [{"id": "usr_123456", "email": "ada@example.com", "memberships": [{"organization_id": "org_123456"}]}],
    });
    let ids = http.admin(Method::POST, "seed", seed).await.json();
    assert_eq!(ids["organizations"], json!(["org_123456"]));
    let found = http.get("/api/v1/organizations:external/ext").await.json();
    assert_eq!(found["organization"]["display_name"], "Seeded");
    let users = http.get("/api/v1/organizations/org_123456/users").await.json();
    assert_eq!(users["users"][0]["email"], "ada@example.com");
    assert_eq!(
        http.admin(Method::POST, "seed", json!({"nonsense": []}))
            .await
            .status,
        400
    );
    assert_eq!(http.admin(Method::POST, "reset", json!({})).await.status, 204);
    // The service token is forgotten with everything else.
    refused(
        &http.get("/api/v1/organizations/org_123456").await,
        401,
        16,
        "UNAUTHENTICATED",
    );
    let seeds = http
        .admin(
            Method::POST,
            "seed",
            json!({"organizations": [{"display_name": "New"}]}),
        )
        .await
        .json();
    assert_eq!(seeds["organizations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_web_page_cannot_use_the_admin_api() {
    let http = Http::start(Emulator::builder()).await;
    let answer = http.submit(&http.url("/_emulator/reset"), &[]).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

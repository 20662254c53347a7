//! Routing, authentication and request decoding of all operations.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use scalekit::api::raw::organizations::{
    LIST_ORGANIZATION, ListOrganizationsResponse, Organization,
};
use scalekit::schema::{OPERATIONS, Segment};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Environment, Response, acme, environment, send};

/// Returns the first detail of an error response.
pub(crate) fn detail(response: &Response) -> Value {
    response.json()["details"][0].clone()
}

#[tokio::test]
async fn every_operation_exists_and_requires_a_bearer_token() {
    let environment = environment().await;
    assert_eq!(OPERATIONS.len(), 150);
    for operation in OPERATIONS {
        for route in operation.routes {
            let path: String = route
                .path
                .iter()
                .map(|segment| match segment {
                    Segment::Literal(text) => text,
                    Segment::Field { .. } => "x",
                })
                .collect();
            let method = Method::from_bytes(route.verb.as_str().as_bytes()).unwrap();
            for header in [None, Some("Bearer nonsense"), Some("Basic eDp5")] {
                let mut request = environment.request(method.clone(), &path);
                if let Some(header) = header {
                    request = request.header(AUTHORIZATION, header);
                }
                let response = send(request).await;
                assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                assert_eq!(response.json()["code"], 16);
                assert_eq!(detail(&response)["error_code"], "UNAUTHENTICATED");
                assert_eq!(
                    detail(&response)["@type"],
                    "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
                );
                assert_eq!(
                    response.headers["x-request-id"].to_str().unwrap(),
                    detail(&response)["request_info"]["request_id"]
                );
            }
        }
        let logged = environment
            .logged(&format!("operation={}", operation.name))
            .await;
        assert_eq!(
            logged.len(),
            operation.routes.len() * 3,
            "{}",
            operation.name
        );
    }
}

/// Sends every request of the conformance plan. All must be decoded and reach a handler.
#[tokio::test]
async fn every_operation_accepts_requests_with_all_fields() {
    let environment = Environment::start(Emulator::builder().lenient(true).seed(acme())).await;
    let bearer = format!("Bearer {}", environment.bearer().await);
    let plan = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/conformance/operations.json"
    );
    let plan: Value = serde_json::from_str(&std::fs::read_to_string(plan).unwrap()).unwrap();
    let mut accepted = 0;
    for operation in plan["operations"].as_array().unwrap() {
        for case in operation["cases"].as_array().unwrap() {
            let http = &case["http"];
            let mut query = form_urlencoded::Serializer::new(String::new());
            for pair in http["query"].as_array().unwrap() {
                query.append_pair(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            }
            let path = format!("{}?{}", http["path"].as_str().unwrap(), query.finish());
            let method = Method::from_bytes(http["method"].as_str().unwrap().as_bytes()).unwrap();
            let request = environment
                .request(method, &path)
                .header(AUTHORIZATION, &bearer);
            let body = if http["body"].is_null() {
                String::new()
            } else {
                http["body"].to_string()
            };
            let response = send(request.header(CONTENT_TYPE, "application/json").body(body)).await;
            let message = response.json()["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let name = &operation["operation"];
            assert!(
                !message.contains("is not a valid") && !message.contains("JSON"),
                "{name} {message}"
            );
            assert!(
                !matches!(response.status.as_u16(), 401 | 405 | 500 | 501),
                "{name} {} {message}",
                response.status
            );
            accepted += 1;
        }
    }
    assert_eq!(plan["operations"].as_array().unwrap().len(), 150);
    assert!(accepted >= 150);
}

#[tokio::test]
async fn invalid_requests_are_rejected_unless_lenient() {
    let strict = environment().await;
    let lenient = Environment::start(Emulator::builder().lenient(true)).await;
    for (body, in_lenient) in [
        (json!({"display_name": 7}), StatusCode::BAD_REQUEST),
        (json!([]), StatusCode::BAD_REQUEST),
        (
            json!({"display_name": "A", "nickname": "B"}),
            StatusCode::OK,
        ),
        (
            json!({"display_name": "A", "region_code": "MOON"}),
            StatusCode::OK,
        ),
        (json!({"display_name": ""}), StatusCode::OK),
    ] {
        let response = strict
            .call(Method::POST, "/api/v1/organizations", Some(body.clone()))
            .await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(response.json()["code"], 3);
        let response = lenient
            .call(Method::POST, "/api/v1/organizations", Some(body.clone()))
            .await;
        assert_eq!(response.status, in_lenient, "{body} {}", response.body);
    }
    let foreign = "/api/v1/organizations?page_token=next_page_token";
    let response = strict.call(Method::GET, foreign, None).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    let first = lenient.call(Method::GET, foreign, None).await;
    assert_eq!(
        first.json()["organizations"].as_array().unwrap().len(),
        3,
        "{}",
        first.body
    );
    let bearer = strict.bearer().await;
    let request = strict
        .request(Method::POST, "/api/v1/organizations")
        .bearer_auth(bearer);
    let response = send(request.body("{\"display_name\": \"A")).await;
    assert_eq!(
        (response.status, &response.json()["code"]),
        (StatusCode::BAD_REQUEST, &json!(3))
    );
}

#[tokio::test]
async fn field_names_may_be_snake_case_or_camel_case() {
    let environment = environment().await;
    let body = json!({"displayName": "Beta", "externalId": "beta", "metadata": {"team": "one"}});
    let created = environment
        .call(Method::POST, "/api/v1/organizations", Some(body))
        .await
        .json()["organization"]
        .clone();
    assert_eq!(
        (&created["display_name"], &created["external_id"]),
        (&json!("Beta"), &json!("beta"))
    );
    for query in [
        "external_id=beta",
        "externalId=beta",
        "external_id=beta&unknown=1&page_size=1",
    ] {
        let list = environment
            .call(Method::GET, &format!("/api/v1/organizations?{query}"), None)
            .await
            .json();
        assert_eq!(
            (&list["total_size"], &list["organizations"][0]["id"]),
            (&json!(1), &created["id"]),
            "{query}"
        );
    }
    let patch = format!(
        "/api/v1/organizations/{}?update_mask=metadata",
        created["id"].as_str().unwrap()
    );
    let body = json!({"display_name": "Ignored"});
    let patched = environment
        .call(Method::PATCH, &patch, Some(body))
        .await
        .json()["organization"]
        .clone();
    assert_eq!(
        (&patched["display_name"], &patched["metadata"]),
        (&json!("Beta"), &json!({}))
    );
    for query in ["page_size=x", "page_size=1&page_size=2"] {
        let response = environment
            .call(Method::GET, &format!("/api/v1/organizations?{query}"), None)
            .await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn requests_without_a_route_are_rejected_and_logged() {
    let environment = environment().await;
    let path = environment.get("/api/v1/nothing?x=1").await;
    assert_eq!(
        (path.status, &path.json()["code"]),
        (StatusCode::NOT_FOUND, &json!(5))
    );
    let method = environment
        .call(Method::PUT, "/api/v1/organizations", None)
        .await;
    assert_eq!(
        (method.status, &method.json()["code"]),
        (StatusCode::METHOD_NOT_ALLOWED, &json!(12))
    );
    assert_eq!(method.headers["allow"], "GET, POST");
    let listed = environment.logged("unmatched=true").await;
    let listed: Vec<_> = listed
        .iter()
        .map(|entry| (&entry["method"], &entry["path"], &entry["query"]))
        .collect();
    assert_eq!(
        listed,
        [
            (&json!("GET"), &json!("/api/v1/nothing"), &json!("x=1")),
            (&json!("PUT"), &json!("/api/v1/organizations"), &Value::Null),
        ]
    );
}

#[tokio::test]
async fn the_client_reads_defaults_as_unset_fields() {
    let environment = Environment::start(Emulator::builder()).await;
    let client = environment.emulator.client().unwrap();
    let empty = LIST_ORGANIZATION
        .call(&client, &Default::default())
        .await
        .unwrap();
    assert_eq!(empty, ListOrganizationsResponse::default());
    let body = json!({ "display_name": "Acme" });
    let made = environment
        .call(Method::POST, "/api/v1/organizations", Some(body))
        .await;
    assert_eq!(
        made.json()["organization"]["region_code"],
        "REGION_CODE_UNSPECIFIED"
    );
    let list = LIST_ORGANIZATION
        .call(&client, &Default::default())
        .await
        .unwrap();
    let read = &list.organizations[0];
    let expected = Organization {
        id: read.id.clone(),
        create_time: read.create_time,
        update_time: read.update_time,
        display_name: "Acme".to_owned(),
        ..Organization::default()
    };
    assert_eq!(read, &expected);
}

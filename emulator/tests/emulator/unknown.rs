//! Operations on unknown resources return 404.

use reqwest::{Method, StatusCode};
use scalekit::schema::{Body, Segment};
use scalekit_emulator::Emulator;
use serde_json::json;

use crate::support::Environment;

/// Returns an unknown id that satisfies the constraints of every operation.
fn id(parameter: &str) -> &'static str {
    match parameter {
        "id" => "dir_1",
        "organization_id" | "org_id" => "org_1",
        "user_id" => "usr_1",
        "external_id" | "identities.external_id" => "ext",
        _ => "unknown_1",
    }
}

/// Returns the path of a route with unknown ids, or `None` if the route has no id.
fn path(segments: &[Segment]) -> Option<String> {
    let parts = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => *text,
        Segment::Field { name, .. } => id(name),
    });
    let named = |segment: &Segment| matches!(segment, Segment::Field { .. });
    let path: String = parts.collect();
    segments.iter().any(named).then_some(path)
}

#[tokio::test]
async fn every_operation_returns_404_for_unknown_ids() {
    // `lenient` turns the constraints off: only the ids matter.
    let environment = Environment::start(Emulator::builder().lenient(true)).await;
    let mut checked = 0;
    for operation in scalekit::schema::OPERATIONS {
        for route in operation.routes {
            let Some(path) = path(route.path) else {
                continue;
            };
            let method = Method::from_bytes(route.verb.as_str().as_bytes()).unwrap();
            let body = match route.body {
                Body::None => None,
                // The only body that is a list.
                Body::Field("roles") => Some(json!([])),
                Body::Field(_) | Body::All => Some(json!({})),
            };
            let response = environment.call(method, &path, body).await;
            let error = response.json();
            assert_eq!(
                (
                    response.status,
                    &error["code"],
                    &error["details"][0]["error_code"]
                ),
                (
                    StatusCode::NOT_FOUND,
                    &json!(5),
                    &json!("RESOURCE_NOT_FOUND")
                ),
                "{} {path} {}",
                operation.name,
                response.body
            );
            assert!(error["details"][0]["resource_info"]["resource_name"].is_string());
            checked += 1;
        }
    }
    assert!(checked > 90, "{checked}");
}

//! Violations of the schema's constraints and their error details.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::detail;
use crate::support::{Response, environment};

/// Returns the field and the constraint of every violation in a response.
fn violations(response: &Response) -> Vec<(String, String)> {
    assert_eq!(
        response.status,
        StatusCode::BAD_REQUEST,
        "{}",
        response.body
    );
    assert_eq!(
        (&response.json()["code"], &detail(response)["error_code"]),
        (&json!(3), &json!("INVALID_ARGUMENT"))
    );
    let list = detail(response)["validation_error_info"]["field_violations"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|violation| {
            assert!(!text(&violation["description"]).is_empty());
            (text(&violation["field"]), text(&violation["constraint"]))
        })
        .collect()
}

fn pair(field: &str, constraint: &str) -> (String, String) {
    (field.to_owned(), constraint.to_owned())
}

#[tokio::test]
async fn strings_maps_and_required_fields_are_validated() {
    let environment = environment().await;
    let create = |organization: Value| {
        environment.call(Method::POST, "/api/v1/organizations", Some(organization))
    };
    assert_eq!(
        violations(&create(json!({"display_name": ""})).await),
        [pair("organization.display_name", "string.min_len")]
    );
    let response = create(json!({
        "display_name": "é".repeat(201),
        "slug": "Not A Slug",
        "metadata": {"ab": "short key", "fine": ""},
    }))
    .await;
    assert_eq!(
        violations(&response),
        [
            pair("organization.display_name", "string.max_len"),
            pair("organization.metadata[\"ab\"]", "string.min_len"),
            pair("organization.metadata[\"fine\"]", "string.min_len"),
            pair("organization.slug", "string.pattern"),
        ]
    );
    assert_eq!(
        create(json!({"display_name": "é".repeat(200)}))
            .await
            .status,
        StatusCode::OK
    );
    let many: serde_json::Map<String, Value> = (0..11)
        .map(|index| (format!("key{index}"), Value::from("value")))
        .collect();
    assert_eq!(
        violations(&create(json!({"display_name": "A", "metadata": many})).await),
        [pair("organization.metadata", "map.max_pairs")]
    );
    let nothing = environment
        .call(Method::POST, "/api/v1/organizations", None)
        .await;
    assert_eq!(violations(&nothing), [pair("organization", "required")]);
}

#[tokio::test]
async fn numbers_prefixes_and_email_addresses_are_validated() {
    let environment = environment().await;
    let get = |path: &'static str| environment.call(Method::GET, path, None);
    assert_eq!(
        violations(&get("/api/v1/organizations:search?query=acme&page_size=31").await),
        [pair("page_size", "uint32.lte")]
    );
    assert_eq!(
        violations(&get("/api/v1/organizations:search?query=ac").await),
        [pair("query", "string.min_len")]
    );
    assert_eq!(
        violations(&get("/api/v1/organizations:search").await),
        [pair("query", "required")]
    );
    assert_eq!(
        violations(&get("/api/v1/organizations/abc/session-policy").await),
        [pair("organization_id", "string.prefix")]
    );
    assert_eq!(
        violations(&get("/api/v1/sessions/abc").await),
        [pair("session_id", "string.pattern")]
    );
    let user = json!({"email": "not-an-email"});
    let response = environment
        .call(
            Method::POST,
            "/api/v1/organizations/org_1/users",
            Some(user),
        )
        .await;
    assert!(
        violations(&response).contains(&pair("user.email", "string.email")),
        "{}",
        response.body
    );
}

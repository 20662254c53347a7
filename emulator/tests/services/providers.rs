use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields, text};

fn notes() -> Value {
    json!({
        "display_name": "My Notes", "description": "Notes", "proxy_url": "https://api.notes.test", "proxy_enabled": true,
        "icon_src": "https://notes.test/icon.svg", "metadata": { "team": "one" },
        "auth_patterns": [{ "type": "API_KEY", "fields": [{ "field_name": "key" }], "x_unknown": { "kept": [1.0, true] } }],
    })
}

#[tokio::test]
async fn a_custom_provider_is_created_replaced_and_deleted() {
    let environment = Environment::start().await;
    let created = environment.post("/api/v1/custom-providers", notes()).await["provider"].take();
    let mut expected = notes();
    expected["id"] = created["id"].clone();
    expected["identifier"] = "my-notes".into();
    expected["is_custom"] = true.into();
    assert_eq!(set_fields(&created), expected);
    assert!(text(&created["id"]).starts_with("prv_"));
    let second = environment.post("/api/v1/custom-providers", notes()).await["provider"].take();
    assert_eq!(second["identifier"], "my-notes-2");

    let change = json!({ "display_name": "Notes", "proxy_url": "https://notes.test", "auth_patterns": [{ "type": "BASIC" }] });
    let changed = environment
        .put("/api/v1/custom-providers/my-notes", change)
        .await["provider"]
        .take();
    let expected = json!({
        "id": created["id"], "identifier": "my-notes", "display_name": "Notes", "proxy_url": "https://notes.test",
        "auth_patterns": [{ "type": "BASIC" }], "is_custom": true,
    });
    assert_eq!(set_fields(&changed), expected);
    environment
        .delete("/api/v1/custom-providers/my-notes")
        .await;
    environment
        .delete_fails("/api/v1/custom-providers/my-notes")
        .await
        .is_not_found("provider", "my-notes");
    // Built-in providers cannot be changed.
    environment
        .call(Method::PUT, "/api/v1/custom-providers/GMAIL", notes())
        .await
        .is_not_found("provider", "GMAIL");
}

#[tokio::test]
async fn providers_are_listed_by_type_in_pages() {
    let environment = Environment::start().await;
    environment.post("/api/v1/custom-providers", notes()).await;
    let built_in = environment.get("/api/v1/providers?page_size=100").await;
    let names = column(&built_in["providers"], "identifier");
    assert!(names.contains(&"GMAIL".to_owned()) && !names.contains(&"my-notes".to_owned()));
    let own = environment
        .get("/api/v1/providers?filter.provider_type=CUSTOM")
        .await;
    assert_eq!(
        (column(&own["providers"], "identifier"), &own["total_size"]),
        (vec!["my-notes".to_owned()], &json!(1))
    );
    let one = environment.get("/api/v1/providers?identifier=slack").await;
    assert_eq!(column(&one["providers"], "identifier"), ["SLACK"]);

    let total = names.len() + 1;
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let path =
            format!("/api/v1/providers?filter.provider_type=ALL&page_size=7&page_token={token}");
        let page = environment.get(&path).await;
        assert_eq!(page["total_size"], total);
        seen.extend(column(&page["providers"], "identifier"));
        token = page["next_page_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(
        (seen.len(), seen.last().map(String::as_str)),
        (total, Some("my-notes"))
    );
}

#[tokio::test]
async fn constraints_of_providers_are_checked() {
    let environment = Environment::start().await;
    for (field, value, constraint) in [
        ("display_name", json!("A_B"), "string.pattern"),
        ("proxy_url", json!("http://a.test"), "string.pattern"),
        ("icon_src", json!("x"), "string.pattern"),
        ("auth_patterns", Value::Null, "required"),
        ("metadata", json!({ "ab": "x" }), "string.min_len"),
    ] {
        let mut provider = notes();
        provider[field] = value;
        let response = environment
            .call(Method::POST, "/api/v1/custom-providers", provider)
            .await;
        let path = if field == "metadata" {
            "provider.metadata[\"ab\"]".to_owned()
        } else {
            format!("provider.{field}")
        };
        response.violates(&path, constraint);
    }
}

//! SCIM: unique user names, filters and attribute selection.

use reqwest::Method;
use serde_json::{Value, json};

use crate::directories::with_directory;
use crate::environment::{column, text};
use crate::scim::provider;

fn encoded(filter: &str) -> String {
    form_urlencoded::byte_serialize(filter.as_bytes()).collect()
}

#[tokio::test]
async fn user_names_are_unique_ignoring_case() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    provider
        .call(Method::POST, "Users", json!({ "userName": "Ann" }))
        .await;
    let (_, bob) = provider
        .call(Method::POST, "Users", json!({ "userName": "bob" }))
        .await;
    let bob = format!("Users/{}", text(&bob["id"]));
    let renamed =
        json!({ "Operations": [{ "op": "replace", "path": "userName", "value": "ann" }] });
    for (method, path, body) in [
        (Method::POST, "Users", json!({ "userName": "ANN" })),
        (Method::PUT, &bob, json!({ "userName": "ann" })),
        (Method::PATCH, &bob, renamed),
    ] {
        let (status, error) = provider.call(method, path, body).await;
        assert_eq!(
            (status, &error["scimType"]),
            (409, &json!("uniqueness")),
            "{error}"
        );
    }
    // A user can change the case of its user name.
    let (status, put) = provider
        .call(Method::PUT, &bob, json!({ "userName": "BOB" }))
        .await;
    assert_eq!((status, &put["userName"]), (200, &json!("BOB")));
}

#[tokio::test]
async fn filters_support_every_attribute_and_unsupported_filters_are_rejected() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for (name, family, active) in [("ann", "A", true), ("bob", "B", false)] {
        let new = json!({
            "userName": name, "externalId": format!("X-{name}"), "active": active,
            "name": { "familyName": family }, "emails": [{ "value": format!("{name}@acme.com"), "type": "work" }],
            enterprise: { "department": family },
        });
        provider.call(Method::POST, "Users", new).await;
    }
    for (filter, found) in [
        ("userName eq \"BOB\"", vec!["bob"]),
        ("username  Eq   \"bob\" ", vec!["bob"]),
        ("emails.value eq \"Ann@acme.com\"", vec!["ann"]),
        ("emails eq \"ann@acme.com\"", vec!["ann"]),
        ("name.familyName eq \"a\"", vec!["ann"]),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ann\"",
            vec!["ann"],
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"b\"",
            vec!["bob"],
        ),
        ("active eq true", vec!["ann"]),
        ("active eq false", vec!["bob"]),
        ("externalId eq \"X-ann\"", vec!["ann"]),
        ("externalId eq \"x-ann\"", vec![]),
        ("nickName eq \"ann\"", vec![]),
    ] {
        let (status, page) = provider
            .call(
                Method::GET,
                &format!("Users?filter={}", encoded(filter)),
                Value::Null,
            )
            .await;
        assert_eq!(status, 200, "{filter}: {page}");
        assert_eq!(column(&page["Resources"], "userName"), found, "{filter}");
    }
    for filter in [
        "userName",
        "userName eq",
        "userName eq bob",
        "userName co \"a\"",
        "userName eq \"ann\" and active eq true",
        "emails[type eq \"work\"] eq \"x\"",
        "user(Name) eq \"x\"",
        "emails eq [1]",
    ] {
        let (status, error) = provider
            .call(
                Method::GET,
                &format!("Users?filter={}", encoded(filter)),
                Value::Null,
            )
            .await;
        assert_eq!(
            (status, &error["scimType"]),
            (400, &json!("invalidFilter")),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn attributes_and_excluded_attributes_select_the_response_fields() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let (_, ann) = provider
        .call(Method::POST, "Users", json!({ "userName": "ann" }))
        .await;
    let new = json!({ "displayName": "Staff", "members": [{ "value": ann["id"] }] });
    let (_, group) = provider
        .call(Method::POST, "Groups?excludedAttributes=members", new)
        .await;
    assert_eq!(group.get("members"), None);
    let one = format!("Groups/{}", text(&group["id"]));
    let (_, complete) = provider.call(Method::GET, &one, Value::Null).await;
    assert_eq!(column(&complete["members"], "display"), [""]);
    for path in [one.as_str(), "Groups"] {
        let path = format!("{path}?excludedAttributes=Members,id");
        let (_, found) = provider.call(Method::GET, &path, Value::Null).await;
        let found = found.pointer("/Resources/0").unwrap_or(&found);
        assert_eq!(found.get("members"), None);
        assert_eq!(
            (&found["id"], &found["displayName"]),
            (&group["id"], &json!("Staff"))
        );
    }
    let path = format!("{one}?attributes=DisplayName");
    let (_, selected) = provider.call(Method::GET, &path, Value::Null).await;
    let names: Vec<_> = selected.as_object().unwrap().keys().collect();
    assert_eq!(names, ["displayName", "id", "schemas"]);
}

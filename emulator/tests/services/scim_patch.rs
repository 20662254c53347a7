//! SCIM PATCH: removal of members and attributes.

use reqwest::Method;
use serde_json::json;

use crate::directories::with_directory;
use crate::environment::{column, text};
use crate::scim::provider;

#[tokio::test]
async fn only_the_listed_members_are_removed() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let mut ids = Vec::new();
    for name in ["ann", "bob", "eve"] {
        let (_, created) = provider
            .call(Method::POST, "Users", json!({ "userName": name }))
            .await;
        ids.push(text(&created["id"]));
    }
    let members: Vec<_> = ids.iter().map(|id| json!({ "value": id })).collect();
    let new = json!({ "displayName": "Staff", "members": members });
    let (_, group) = provider.call(Method::POST, "Groups", new).await;
    let group = format!("Groups/{}", text(&group["id"]));
    for (value, remaining) in [
        (json!({ "value": ids[0] }), &ids[1..]),
        (json!([{ "value": ids[2] }]), &ids[1..2]),
        (json!([{ "value": "diruser_1" }]), &ids[1..2]),
        (json!(null), &ids[..0]),
    ] {
        let patch =
            json!({ "Operations": [{ "op": "remove", "path": "members", "value": value }] });
        let (status, patched) = provider.call(Method::PATCH, &group, patch).await;
        assert_eq!(status, 200, "{patched}");
        assert_eq!(column(&patched["members"], "value"), remaining, "{value}");
    }
}

#[tokio::test]
async fn a_sub_attribute_is_removed_without_its_entry() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let work = json!({ "type": "work", "value": "a@b.c", "display": "Ann" });
    let home = json!({ "type": "home", "value": "a@d.e", "display": "Ann" });
    let new = json!({ "userName": "ann", "nickNames": ["abc"], "emails": [work, home] });
    let (_, created) = provider.call(Method::POST, "Users", new).await;
    let user = format!("Users/{}", text(&created["id"]));
    for (path, emails) in [
        (
            "emails[type eq \"work\"].display",
            json!([{ "type": "work", "value": "a@b.c" }, home]),
        ),
        (
            "emails.display",
            json!([{ "type": "work", "value": "a@b.c" }, { "type": "home", "value": "a@d.e" }]),
        ),
        (
            "emails[type eq \"home\"]",
            json!([{ "type": "work", "value": "a@b.c" }]),
        ),
    ] {
        let patch = json!({ "Operations": [{ "op": "remove", "path": path }] });
        let (status, patched) = provider.call(Method::PATCH, &user, patch).await;
        assert_eq!((status, &patched["emails"]), (200, &emails), "{path}");
    }
    // Filters on entries without sub-attributes match nothing and succeed.
    for operation in ["replace", "remove"] {
        let path = "nickNames[type eq null].value";
        let patch = json!({ "Operations": [{ "op": operation, "path": path, "value": "x" }] });
        let (status, error) = provider.call(Method::PATCH, &user, patch).await;
        assert_eq!(status, 200, "{error}");
    }
    let patch = json!({ "Operations": ["remove"] });
    let (status, error) = provider.call(Method::PATCH, &user, patch).await;
    assert_eq!((status, &error["scimType"]), (400, &json!("invalidSyntax")));
}

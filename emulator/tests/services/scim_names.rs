//! SCIM attributes as identity providers send them: any case, booleans as strings, schema prefixes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::directories::with_directory;
use crate::environment::text;
use crate::scim::provider;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn patch(operation: &Value) -> Value {
    json!({ "Operations": [operation] })
}

#[tokio::test]
async fn a_user_is_deactivated_by_every_spelling_of_active() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let (status, created) = provider
        .call(
            Method::POST,
            "Users",
            json!({ "username": "ann", "Active": "True", "EMAILS": [{ "Value": "a@b.c", "Primary": "true" }] }),
        )
        .await;
    assert_eq!(status, 201, "{created}");
    assert_eq!(
        (&created["userName"], &created["active"], &created["emails"]),
        (
            &json!("ann"),
            &json!(true),
            &json!([{ "value": "a@b.c", "primary": true }])
        )
    );
    let user = format!("Users/{}", text(&created["id"]));
    for off in [
        json!({ "op": "Replace", "path": "active", "value": "False" }),
        json!({ "op": "Replace", "path": "Active", "value": false }),
        json!({ "op": "replace", "value": { "Active": false } }),
        json!({ "op": "replace", "value": { (format!("{CORE}:ACTIVE")): "fAlSe" } }),
    ] {
        let (status, patched) = provider.call(Method::PATCH, &user, patch(&off)).await;
        assert_eq!((status, &patched["active"]), (200, &json!(false)), "{off}");
        let spellings = patched.as_object().unwrap().keys();
        let spellings = spellings.filter(|name| name.eq_ignore_ascii_case("active"));
        assert_eq!(spellings.count(), 1, "{patched}");
        let events = environment
            .post("/api/v1/events/paginated", json!({ "source": "DIR_SYNC" }))
            .await;
        let last = events["events"].as_array().unwrap().last().unwrap();
        assert_eq!(last["data"]["active"], false, "{off}");
        let replacement = json!({ "USERNAME": "ann", "active": true });
        assert_eq!(
            provider.call(Method::PUT, &user, replacement).await.1["active"],
            true
        );
    }
    for invalid in [json!("no"), json!(0)] {
        let operation = json!({ "op": "replace", "path": "active", "value": invalid });
        let (status, error) = provider.call(Method::PATCH, &user, patch(&operation)).await;
        assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")));
    }
}

#[tokio::test]
async fn paths_and_their_filters_ignore_case() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let new = json!({ "userName": "ann", "emails": [{ "type": "work", "value": "a@b.c", "primary": true }] });
    let (_, created) = provider.call(Method::POST, "Users", new).await;
    let id = text(&created["id"]);
    for (path, value) in [
        ("Emails[Type EQ \"Work\"].Value", "1@b.c"),
        ("emails[primary eq true].value", "2@b.c"),
        ("emails[primary eq \"True\"].value", "3@b.c"),
    ] {
        let operation = json!({ "op": "Replace", "path": path, "value": value });
        let (status, patched) = provider
            .call(Method::PATCH, &format!("Users/{id}"), patch(&operation))
            .await;
        assert_eq!(status, 200, "{patched}");
        assert_eq!(
            patched["emails"],
            json!([{ "type": "work", "value": value, "primary": true }])
        );
    }
    let (_, group) = provider
        .call(Method::POST, "Groups", json!({ "DisplayName": "Staff" }))
        .await;
    let group = format!("Groups/{}", text(&group["id"]));
    let add = json!({ "op": "Add", "path": "Members", "value": [{ "Value": id }] });
    let (_, patched) = provider.call(Method::PATCH, &group, patch(&add)).await;
    assert_eq!(patched["members"][0]["value"], id.as_str());
    assert_eq!(patched.get("Members"), None);
}

#[tokio::test]
async fn extension_attributes_are_in_their_own_object() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let (_, created) = provider
        .call(Method::POST, "Users", json!({ "userName": "ann" }))
        .await;
    assert_eq!(created["schemas"], json!([CORE]));
    let user = format!("Users/{}", text(&created["id"]));
    for (operation, expected) in [
        (
            json!({ "op": "add", "path": format!("{ENTERPRISE}:department"), "value": "Tools" }),
            json!({ "department": "Tools" }),
        ),
        (
            json!({ "op": "add", "value": { (format!("{ENTERPRISE}:employeeNumber")): "7" } }),
            json!({ "department": "Tools", "employeeNumber": "7" }),
        ),
        (
            json!({ "op": "replace", "value": { ENTERPRISE: { "Department": "Sales" } } }),
            json!({ "department": "Sales", "employeeNumber": "7" }),
        ),
        (
            json!({ "op": "replace", "path": format!("{}:manager.value", ENTERPRISE.to_uppercase()), "value": "9" }),
            json!({ "department": "Sales", "employeeNumber": "7", "manager": { "value": "9" } }),
        ),
        (
            json!({ "op": "remove", "path": format!("{ENTERPRISE}:manager") }),
            json!({ "department": "Sales", "employeeNumber": "7" }),
        ),
    ] {
        let (status, patched) = provider.call(Method::PATCH, &user, patch(&operation)).await;
        assert_eq!(
            (status, &patched[ENTERPRISE]),
            (200, &expected),
            "{operation}"
        );
        assert_eq!(patched["schemas"], json!([CORE, ENTERPRISE]));
        assert_eq!(patched.get("department"), None);
    }
    let gone = json!({ "op": "remove", "path": ENTERPRISE });
    let (_, patched) = provider.call(Method::PATCH, &user, patch(&gone)).await;
    assert_eq!(patched["schemas"], json!([CORE]));
}

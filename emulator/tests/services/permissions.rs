use reqwest::Method;
use serde_json::json;

use crate::environment::{Environment, column, text};

const PERMISSIONS: &str = "/api/v1/permissions";

#[tokio::test]
async fn a_permission_is_created_read_updated_and_deleted() {
    let environment = Environment::start().await;
    let new = json!({ "name": "write:articles", "description": "Write" });
    let permission = environment.post(PERMISSIONS, new).await["permission"].take();
    assert!(text(&permission["id"]).starts_with("perm_"));
    assert_eq!(permission["create_time"], permission["update_time"]);
    let path = format!("{PERMISSIONS}/write:articles");
    assert_eq!(
        environment.get(&path).await,
        json!({ "permission": permission })
    );

    let new = json!({ "name": "write:articles", "description": "Write and edit" });
    let updated = environment.put(&path, new).await["permission"].take();
    assert_eq!(updated["description"], "Write and edit");
    assert_eq!(updated["create_time"], permission["create_time"]);

    environment.delete(&path).await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("permission", "write:articles");
    environment
        .delete_fails(&path)
        .await
        .is_not_found("permission", "write:articles");
}

#[tokio::test]
async fn renaming_a_permission_renames_it_in_roles() {
    let environment = Environment::start().await;
    environment
        .post(PERMISSIONS, json!({ "name": "write" }))
        .await;
    environment
        .post(PERMISSIONS, json!({ "name": "read" }))
        .await;
    let role = json!({ "name": "editor", "display_name": "Editor", "permissions": ["write"] });
    environment.post("/api/v1/roles", role).await;
    environment
        .put("/api/v1/permissions/write", json!({ "name": "edit" }))
        .await;
    let own = environment.get("/api/v1/roles/editor/permissions").await;
    assert_eq!(column(&own["permissions"], "name"), ["edit"]);
    let taken = environment
        .call(
            Method::PUT,
            "/api/v1/permissions/edit",
            json!({ "name": "read" }),
        )
        .await;
    taken.is_conflict(
        "ALREADY_EXISTS",
        "a permission with the name read already exists",
        "permission",
        "read",
    );
}

#[tokio::test]
async fn invalid_names_are_rejected() {
    let environment = Environment::start().await;
    environment
        .post(PERMISSIONS, json!({ "name": "read" }))
        .await;
    let again = environment
        .call(Method::POST, PERMISSIONS, json!({ "name": "read" }))
        .await;
    again.is_conflict(
        "ALREADY_EXISTS",
        "a permission with the name read already exists",
        "permission",
        "read",
    );
    let malformed = environment
        .call(
            Method::POST,
            PERMISSIONS,
            json!({ "name": "read articles" }),
        )
        .await;
    malformed.violates("permission.name", "string.pattern");
    let nameless = environment
        .call(
            Method::PUT,
            "/api/v1/permissions/read",
            json!({ "description": "x" }),
        )
        .await;
    nameless.violates("permission.name", "required");
    environment
        .get_fails(&format!("{PERMISSIONS}/ghost"))
        .await
        .is_not_found("permission", "ghost");
    let missing = environment
        .call(
            Method::PUT,
            &format!("{PERMISSIONS}/ghost"),
            json!({ "name": "x" }),
        )
        .await;
    missing.is_not_found("permission", "ghost");
}

#[tokio::test]
async fn lenient_environments_update_a_permission_without_a_name() {
    let builder = scalekit_emulator::Emulator::builder().lenient(true);
    let environment = Environment::start_with(builder).await;
    environment
        .post(PERMISSIONS, json!({ "name": "read" }))
        .await;
    let updated = environment
        .put("/api/v1/permissions/read", json!({ "description": "Read" }))
        .await;
    assert_eq!(
        (
            &updated["permission"]["name"],
            &updated["permission"]["description"]
        ),
        (&json!("read"), &json!("Read"))
    );
}

#[tokio::test]
async fn permissions_are_listed_in_pages_in_order_of_creation() {
    let environment = Environment::start().await;
    for number in 1..=12 {
        environment
            .post(PERMISSIONS, json!({ "name": format!("p{number}") }))
            .await;
    }
    let first = environment.get(PERMISSIONS).await;
    assert_eq!(first["total_size"], 12);
    assert_eq!(
        column(&first["permissions"], "name"),
        (1..=10)
            .map(|number| format!("p{number}"))
            .collect::<Vec<_>>()
    );
    assert_eq!(first["prev_page_token"], "");
    let next = text(&first["next_page_token"]);
    let second = environment
        .get(&format!("{PERMISSIONS}?page_token={next}"))
        .await;
    assert_eq!(column(&second["permissions"], "name"), ["p11", "p12"]);
    assert_eq!(second["next_page_token"], "");
    let previous = text(&second["prev_page_token"]);
    let previous = environment
        .get(&format!("{PERMISSIONS}?page_token={previous}"))
        .await;
    assert_eq!(previous["permissions"], first["permissions"]);

    let five = environment
        .get(&format!("{PERMISSIONS}?page_size=5&type=ENVIRONMENT"))
        .await;
    assert_eq!(column(&five["permissions"], "name").len(), 5);
    let others = environment
        .get(&format!("{PERMISSIONS}?type=SCALEKIT"))
        .await;
    assert_eq!(others["permissions"], json!([]));
    let too_large = environment
        .get_fails(&format!("{PERMISSIONS}?page_size=101"))
        .await;
    assert_eq!(
        (too_large.status, &too_large.body["code"]),
        (400, &json!(3))
    );
    environment
        .get_fails(&format!("{PERMISSIONS}?page_token=nonsense"))
        .await
        .violates("page_token", "page_token");
}

#[tokio::test]
async fn permissions_are_added_to_and_removed_from_roles() {
    let environment = Environment::start().await;
    for name in ["read", "write"] {
        environment.post(PERMISSIONS, json!({ "name": name })).await;
    }
    environment
        .post(
            "/api/v1/roles",
            json!({ "name": "editor", "display_name": "Editor" }),
        )
        .await;
    let path = "/api/v1/roles/editor/permissions";
    let added = environment
        .post(
            path,
            json!({ "permission_names": ["read", "no:such", "read"] }),
        )
        .await;
    assert_eq!(column(&added["permissions"], "name"), ["read"]);
    let added = environment
        .post(path, json!({ "permission_names": ["write"] }))
        .await;
    assert_eq!(column(&added["permissions"], "name"), ["read", "write"]);
    environment.delete(&format!("{path}/read")).await;
    assert_eq!(
        column(&environment.get(path).await["permissions"], "name"),
        ["write"]
    );
    // Deleting a permission removes it from every role.
    environment.delete(&format!("{PERMISSIONS}/write")).await;
    assert_eq!(environment.get(path).await, json!({ "permissions": [] }));

    let malformed = environment
        .call(Method::POST, path, json!({ "permission_names": ["a b"] }))
        .await;
    malformed.violates("permission_names[0]", "string.pattern");
    let none = environment.call(Method::POST, path, json!({})).await;
    none.violates("permission_names", "required");
    let ghost = "/api/v1/roles/ghost/permissions";
    let missing = environment
        .call(Method::POST, ghost, json!({ "permission_names": ["read"] }))
        .await;
    missing.is_not_found("role", "ghost");
    environment
        .delete_fails(&format!("{ghost}/read"))
        .await
        .is_not_found("role", "ghost");
    environment
        .delete_fails(&format!("{path}/ghost"))
        .await
        .is_not_found("permission", "ghost");
}
